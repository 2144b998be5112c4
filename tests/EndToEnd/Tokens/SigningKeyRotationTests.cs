using Sluice.EndToEnd.Sdks;

namespace Sluice.EndToEnd.Tokens;

/// <summary>A judge that remembers keys, and signing keys that change as fast as their lead allows.</summary>
public sealed class SigningKeyRotationTests : IAsyncLifetime
{
    private readonly TokenSluice _tokens = new();

    public async ValueTask InitializeAsync() => await _tokens.StartAsync(
    [
        ("Tokens__VerifierCache", "00:00:00.4"), ("Tokens__Propagation", "00:00:01.1"),
        ("Tokens__ClockSkew", "00:00:00"), ("Tokens__SigningKeyLead", "00:00:01.6"),
        ("Tokens__SigningKeyLifetime", "01:00:00"),
        ("Tokens__AccessTokenLifetime", "00:00:30"), ("Tokens__SigningKeyOverlap", "00:00:30"),
    ]);

    public ValueTask DisposeAsync() => _tokens.DisposeAsync();

    /// <summary>
    /// The judge may ask for keys again only when what it remembers is old, never because one is missing.
    /// </summary>
    [Fact]
    public async Task No_good_token_is_refused_over_fifty_rotations_of_the_signing_key()
    {
        var access = await _tokens.Admins.NewAccessAsync();
        var played = await NodeClient.RunAsync(
            "tokens.mjs",
            [
                "rotations", _tokens.Issuer, access.ClientId, access.Key,
                _tokens.Sluice.Admin.ToString().TrimEnd('/'), _tokens.Sluice.AdminKey,
            ],
            TimeSpan.FromMinutes(5));

        TestContext.Current.TestOutputHelper!.WriteLine(played.ToJsonString());
        Assert.Empty(played["failures"]!.AsArray());
        Assert.Equal(50, (int)played["rotations"]!);
        Assert.Equal(51, (int)played["keys"]!);
    }
}
