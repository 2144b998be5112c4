using Sluice.Rules.Secrets;
using Sluice.Silo.Security;
using Sluice.Silo.Security.Vaults;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Silo.Security.Vaults;

/// <summary>A master key in Azure Key Vault, against a stand-in that is as strict as the published API.</summary>
public sealed class AzureKeyTests : IAsyncLifetime
{
    private const string Place = "data key 'd-1' (seal)";

    private static readonly byte[] DataKey = [.. Enumerable.Range(0, 32).Select(one => (byte)one)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-azure-");
    private readonly ManualTime _time = new();
    private readonly AzureSite _site = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SecretFile => Path.Combine(_folder.FullName, "secret");

    public async ValueTask InitializeAsync()
    {
        await _site.StartAsync();
        await File.WriteAllTextAsync(SecretFile, "application-secret\n", Token);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_site.Mistakes);
        await _site.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_the_vault_wrapped_it_unwraps_for_the_same_place_alone()
    {
        using var key = KeyOf();

        var wrapped = await key.WrapAsync(Place, DataKey, Token);

        Assert.Equal(("azure-RSA-OAEP-256", key.Id), (WrappedText.AlgorithmOf(wrapped), WrappedText.KeyIdOf(wrapped)));
        Assert.Equal(DataKey, await key.UnwrapAsync(Place, wrapped, Token));
        Assert.Null(await key.UnwrapAsync("data key 'd-2' (seal)", wrapped, Token));
        var parsed = WrappedText.Parse(wrapped)!;
        parsed.Data[^8] ^= 1;
        Assert.Null(await key.UnwrapAsync(Place, parsed.ToString(), Token));
    }

    [Fact]
    public async Task A_rotated_key_opens_with_the_version_that_wrapped()
    {
        using var key = KeyOf();
        var wrapped = await key.WrapAsync(Place, DataKey, Token);
        Assert.True(await key.IsNewestAsync(wrapped, Token));

        _site.Newest = 1;

        Assert.False(await key.IsNewestAsync(wrapped, Token));
        Assert.Equal(DataKey, await key.UnwrapAsync(Place, wrapped, Token));
        Assert.True(await key.IsNewestAsync(await key.WrapAsync(Place, DataKey, Token), Token));
    }

    [Fact]
    public async Task One_token_is_used_until_it_is_old_or_refused()
    {
        using var key = KeyOf();
        await key.WrapAsync(Place, DataKey, Token);
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(1, SignIns());

        _time.Advance(TimeSpan.FromMinutes(40));
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(2, SignIns());
        _site.AccessToken = "eyJ.other";
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(3, SignIns());

        int SignIns() => _site.Asked.Count(asked => asked.EndsWith("/token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_federated_identity_stands_in_for_a_secret()
    {
        _site.Proof.Clear();
        _site.Proof["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        _site.Proof["client_assertion"] = "pod-token";
        var file = Path.Combine(_folder.FullName, "federated");
        await File.WriteAllTextAsync(file, "pod-token", Token);
        using var key = KeyOf(options => (options.ClientSecretFile, options.FederatedTokenFile) = ("", file));

        Assert.Equal(DataKey, await key.UnwrapAsync(Place, await key.WrapAsync(Place, DataKey, Token), Token));
    }

    [Fact]
    public async Task What_is_refused_is_told_with_what_to_do_and_without_the_secret()
    {
        using var unknown = KeyOf(options => options.KeyUrl = $"{_site.Address}/keys/other");
        var noKey = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await unknown.WrapAsync(Place, DataKey, Token));
        Assert.Contains("KeyNotFound", noKey.Message, StringComparison.Ordinal);
        Assert.Contains("make the RSA key", noKey.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(SecretFile, "wrong-secret", Token);
        using var wrong = KeyOf();
        var noToken = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await wrong.WrapAsync(Place, DataKey, Token));
        Assert.Contains("invalid_client", noToken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", noToken.Message, StringComparison.Ordinal);
    }

    private AzureKey KeyOf(Action<AzureKeyVaultOptions>? change = null)
    {
        var options = new AzureKeyVaultOptions
        {
            KeyUrl = $"{_site.Address}/keys/sluice",
            TenantId = "directory",
            ClientId = "application",
            ClientSecretFile = SecretFile,
            Authority = _site.Address,
        };
        change?.Invoke(options);
        return new AzureKey(options, _time);
    }
}
