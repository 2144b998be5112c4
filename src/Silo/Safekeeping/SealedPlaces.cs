using System.Text.RegularExpressions;
using Sluice.Grains.Clients;
using Sluice.Grains.Federation;
using Sluice.Grains.Issuers;
using Sluice.Grains.Logins;
using Sluice.Grains.Tokens;
using Sluice.Silo.Storage.States;

namespace Sluice.Silo.Safekeeping;

/// <summary>Where in stored states secrets are sealed, and for which places.</summary>
internal static partial class SealedPlaces
{
    /// <summary>Where this program seals secrets in a state; a table of its own is looked at apart.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="payload">The state.</param>
    public static IEnumerable<(string Place, string Text)> In(string key, string name, string payload) => name switch
    {
        "client" => StateJson.Read<StoredClient>(payload).Deliveries.Select(one =>
            ($"client/{key}/delivery/{one.KeyId}/{one.RotationId}", one.Sealed)),
        "issuer" => StateJson.Read<StoredIssuer>(payload).Keys.Where(one => one.Secret is not null).Select(one =>
            (SigningAid.PlaceOf(one.KeyId), one.Secret!.Text)),
        "tokens" => StateJson.Read<StoredTokens>(payload).Families.Select(one =>
            ($"client/{key}/refresh/{one.FamilyId}", one.Secret.Text)),
        "login" => StateJson.Read<StoredLogin>(payload) is { Key.Text.Length: > 0 } login
            ? [($"client/{key}/login", login.Key.Text)]
            : [],
        "providers" => StateJson.Read<StoredProviders>(payload).Secrets.Select(one =>
            (ProviderSecrets.PlaceOf(key, one.Provider), one.Secret.Text)),
        _ => [],
    };

    /// <summary>All sealed texts in a state, wherever they are.</summary>
    public static HashSet<string> AllIn(string payload) =>
        Sealed().Matches(payload).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"s1\.A256GCM\.[a-z0-9-]{1,64}\.[A-Za-z0-9_-]+")]
    private static partial Regex Sealed();
}
