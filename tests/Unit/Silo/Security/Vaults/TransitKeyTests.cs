using System.Net;
using Sluice.Rules.Secrets;
using Sluice.Silo.Security;
using Sluice.Silo.Security.Vaults;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Silo.Security.Vaults;

/// <summary>A master key in a vault, against a stand-in that is as strict as the published API.</summary>
public sealed class TransitKeyTests : IAsyncLifetime
{
    private const string Place = "data key 'd-1' (seal)";

    private static readonly byte[] DataKey = [.. Enumerable.Range(0, 32).Select(one => (byte)one)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-vault-");
    private readonly ManualTime _time = new();

    private TransitSite _site = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string TokenFile => Path.Combine(_folder.FullName, "token");

    public async ValueTask InitializeAsync()
    {
        await _site.StartAsync();
        await File.WriteAllTextAsync(TokenFile, _site.Token + "\n", Token);
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

        Assert.Equal(("vault-transit", key.Id), (WrappedText.AlgorithmOf(wrapped), WrappedText.KeyIdOf(wrapped)));
        Assert.Equal(DataKey, await key.UnwrapAsync(Place, wrapped, Token));
        Assert.Null(await key.UnwrapAsync("data key 'd-2' (seal)", wrapped, Token));
        var parsed = WrappedText.Parse(wrapped)!;
        parsed.Data[^8] = parsed.Data[^8] == (byte)'A' ? (byte)'B' : (byte)'A';
        Assert.Null(await key.UnwrapAsync(Place, parsed.ToString(), Token));
        Assert.Null(await key.UnwrapAsync(Place, "s1.A256GCM.m-1.AAAA", Token));
    }

    [Fact]
    public async Task A_rotated_key_opens_what_was_wrapped_before_and_says_that_it_is_not_the_newest()
    {
        using var key = KeyOf();
        var wrapped = await key.WrapAsync(Place, DataKey, Token);
        Assert.True(await key.IsNewestAsync(wrapped, Token));

        _site.Rotate();

        Assert.False(await key.IsNewestAsync(wrapped, Token));
        Assert.Equal(DataKey, await key.UnwrapAsync(Place, wrapped, Token));
        Assert.True(await key.IsNewestAsync(await key.WrapAsync(Place, DataKey, Token), Token));
    }

    [Fact]
    public async Task A_version_that_the_vault_has_given_up_is_no_forgery()
    {
        using var key = KeyOf();
        var wrapped = await key.WrapAsync(Place, DataKey, Token);
        _site.Rotate();
        _site.MinimumVersion = 2;

        var refused = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await key.UnwrapAsync(Place, wrapped, Token));

        Assert.Contains("too old", refused.Message, StringComparison.Ordinal);
        Assert.Contains("keep the versions", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_goes_along()
    {
        await _site.DisposeAsync();
        _site = new TransitSite { Namespace = "team/a" };
        await _site.StartAsync();
        using var key = KeyOf(options => options.Namespace = "team/a");

        Assert.Equal(DataKey, await key.UnwrapAsync(Place, await key.WrapAsync(Place, DataKey, Token), Token));
    }

    [Fact]
    public async Task A_renewed_token_is_taken_and_a_refused_one_says_what_it_may_not()
    {
        using var key = KeyOf();
        _site.Token = "s.renewed";

        var refused = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await key.WrapAsync(Place, DataKey, Token));
        Assert.Contains("permission denied", refused.Message, StringComparison.Ordinal);
        Assert.Contains("transit/encrypt/sluice", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s.token", refused.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(TokenFile, "s.renewed", Token);
        Assert.NotEmpty(await key.WrapAsync(Place, DataKey, Token));
    }

    [Fact]
    public async Task A_pod_signs_in_once_and_again_when_its_session_is_over()
    {
        var podToken = Path.Combine(_folder.FullName, "pod");
        await File.WriteAllTextAsync(podToken, _site.PodToken, Token);
        using var key = KeyOf(options =>
        {
            (options.TokenFile, options.KubernetesRole, options.KubernetesTokenFile) = ("", "silo", podToken);
        });

        await key.WrapAsync(Place, DataKey, Token);
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(1, SignIns());
        _time.Advance(TimeSpan.FromSeconds(_site.SessionSeconds * 2 / 3));
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(2, SignIns());
        _site.Token = "s.other"; // As when an operator revokes the session.
        await key.WrapAsync(Place, DataKey, Token);
        Assert.Equal(3, SignIns());

        int SignIns() => _site.Asked.Count(asked => asked.EndsWith("/login", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_vault_that_fails_is_asked_again_and_three_times_at_most()
    {
        using var key = KeyOf(time: TimeProvider.System);
        _site.Failing = (1, HttpStatusCode.ServiceUnavailable);
        Assert.NotEmpty(await key.WrapAsync(Place, DataKey, Token));
        Assert.Equal(2, _site.Asked.Count);

        _site.Failing = (9, HttpStatusCode.ServiceUnavailable);
        var refused = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await key.WrapAsync(Place, DataKey, Token));

        Assert.Equal(5, _site.Asked.Count);
        Assert.Contains("answers 503, 3 times", refused.Message, StringComparison.Ordinal);
        Assert.Contains("unsealed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_told_with_the_command_that_makes_it()
    {
        using var key = KeyOf(options => options.Key = "other");

        var refused = await Assert.ThrowsAsync<MasterKeyException>(
            async () => await key.WrapAsync(Place, DataKey, Token));

        Assert.Contains("vault write -f transit/keys/other", refused.Message, StringComparison.Ordinal);
    }

    private TransitKey KeyOf(Action<VaultOptions>? change = null, TimeProvider? time = null)
    {
        var options = new VaultOptions { Address = _site.Address, TokenFile = TokenFile };
        change?.Invoke(options);
        return new TransitKey(options, time ?? _time);
    }
}
