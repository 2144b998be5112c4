using System.Reflection;
using Sluice.Grains.Clients;
using Sluice.Grains.Federation;
using Sluice.Grains.Issuers;
using Sluice.Grains.Logins;
using Sluice.Grains.Secrets;
using Sluice.Grains.Tokens;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Storage.States;
using Xunit;

namespace Sluice.Unit.Silo.Safekeeping;

/// <summary>Guards against secrets that a drill does not try, and that stay under a key that is to go.</summary>
public sealed class SealedPlaceTests
{
    private const string One = "s1.A256GCM.k1.AAAA";
    private const string Two = "s1.A256GCM.k1.BBBB";

    private static readonly SealedSecret Secret = new() { Text = One };

    [Fact]
    public void The_key_of_sign_ins_is_found()
    {
        var state = new StoredLogin { Tenant = "acme", Key = Secret };

        Assert.Equal([("client/c/login", One)], SealedPlaces.In("c", "login", StateJson.Write(state)));
        Assert.Empty(SealedPlaces.In("c", "login", StateJson.Write(new StoredLogin())));
    }

    [Fact]
    public void What_we_have_at_providers_is_found()
    {
        var state = new StoredProviders
        {
            Secrets = [new("a", Secret), new("b", new SealedSecret { Text = Two })],
        };

        Assert.Equal(
            [("tenant/acme/provider/a/secret", One), ("tenant/acme/provider/b/secret", Two)],
            SealedPlaces.In("acme", "providers", StateJson.Write(state)));
    }

    /// <summary>
    /// Every state that can hold a secret has its place: another one must be added there. A signing aid is a message.
    /// </summary>
    [Fact]
    public void No_other_state_holds_a_secret()
    {
        var holders = typeof(StoredClient).Assembly.GetTypes()
            .Where(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
                .Any(member => member.PropertyType == typeof(SealedSecret)))
            .Select(type => type.Name).Order();

        Assert.Equal(
            [nameof(SigningAid), nameof(StoredFamily), nameof(StoredLogin), nameof(StoredProviderSecret),
                nameof(StoredSigningKey)],
            holders);
    }
}
