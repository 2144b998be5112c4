using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Logins;

/// <summary>
/// A sign-in that was begun and is not over. The browser that began it carries it, in a cookie, so that beginning costs
/// us nothing that has to be kept, and nobody can crowd others out. It holds nothing that this browser has not sent
/// itself; what the browser must not choose or know is made of its name and a key that stays with us.
/// </summary>
public sealed record LoginTicket
{
    /// <summary>How long a person may take to sign in at the provider.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of the key that tickets of a client are made with.</summary>
    public const int KeyBytes = 32;

    /// <summary>Most characters of a ticket: what a browser keeps in a cookie, with some to spare.</summary>
    public const int LengthMax = 3800;

    /// <summary>Characters of <see cref="LoginId"/>.</summary>
    public const int LoginIdLength = 22;

    private const int DerivedLength = 43;

    /// <summary>Its own name; 22 characters of base 62, never used before.</summary>
    public required string LoginId { get; init; }

    /// <summary>The client that the person wants to be.</summary>
    public required string ClientId { get; init; }

    /// <summary>The provider of the client's tenant that the person was sent to.</summary>
    public required string Provider { get; init; }

    /// <summary>Where the person is sent back to.</summary>
    public required string RedirectAddress { get; init; }

    /// <summary>The program's own state; null where it sent none.</summary>
    public string? State { get; init; }

    /// <summary>The program's proof of who redeems, see <see cref="ProofKey"/>.</summary>
    public required string Challenge { get; init; }

    /// <summary>The scope that is wanted, as it was written; empty is all.</summary>
    public string Scope { get; init; } = "";

    /// <summary>How long ago the person may have signed in, in seconds; null: it does not matter.</summary>
    public long? Age { get; init; }

    /// <summary>When it is over, in seconds since 1970.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>
    /// The state that the provider brings back: it begins with the client, so that it tells whom to ask. Letters and
    /// digits alone, because WeChat Work takes nothing else.
    /// </summary>
    public string StateBy(ReadOnlySpan<byte> key) => ClientId + Derive(key, "state");

    /// <summary>What the provider's ID token must say of the sign-in that it is for.</summary>
    public string NonceBy(ReadOnlySpan<byte> key) => Derive(key, "nonce");

    /// <summary>Our own secret of <see cref="ProofKey"/> towards the provider.</summary>
    public string VerifierBy(ReadOnlySpan<byte> key) => Derive(key, "verifier");

    /// <summary>Whether a state that came back is that of this sign-in. In constant time.</summary>
    public bool IsState(string state, ReadOnlySpan<byte> key) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(StateBy(key)), Encoding.UTF8.GetBytes(state));

    /// <summary>The client that a state names, which nobody has judged yet; null when it names none.</summary>
    public static string? ClientIn(string state) =>
        state.Length == KeyText.ClientIdLength + DerivedLength && Names.IsClientId(state[..KeyText.ClientIdLength])
            ? state[..KeyText.ClientIdLength]
            : null;

    /// <summary>As the browser carries it: characters that a cookie may have.</summary>
    public string Format(ReadOnlySpan<byte> key)
    {
        var body = Base64UrlText.Encode(JsonText.Write(json =>
        {
            json.WriteString("id", LoginId);
            json.WriteString("client", ClientId);
            json.WriteString("provider", Provider);
            json.WriteString("redirect", RedirectAddress);
            if (State is not null)
            {
                json.WriteString("state", State);
            }

            json.WriteString("challenge", Challenge);
            json.WriteString("scope", Scope);
            if (Age is { } age)
            {
                json.WriteNumber("age", age);
            }

            json.WriteNumber("exp", ExpiresAt);
        }));
        return $"{body}.{Base64UrlText.Encode(MacOf(key, body))}";
    }

    /// <summary>Reads a ticket; null for one that this key did not make, and for one that is over.</summary>
    public static LoginTicket? TryParse(string text, ReadOnlySpan<byte> key, DateTimeOffset now)
    {
        if (text.Length > LengthMax || text.Split('.') is not [var body, var proof]
            || Base64UrlText.TryDecode(proof) is not { } mac
            || !CryptographicOperations.FixedTimeEquals(MacOf(key, body), mac)
            || Base64UrlText.TryDecode(body) is not { } json)
        {
            return null;
        }

        using var document = StrictJson.TryParseObject(json);
        return document is null || Read(document.RootElement) is not { } ticket
            || now >= DateTimeOffset.FromUnixTimeSeconds(ticket.ExpiresAt)
                ? null
                : ticket;
    }

    /// <summary>Never what it is for: one that is logged by mistake tells only whose it is.</summary>
    public override string ToString() => $"LoginTicket {ClientId}";

    private static LoginTicket? Read(JsonElement json) =>
        json.TextOf("id") is { Length: LoginIdLength } id
        && json.TextOf("client") is { } client
        && json.TextOf("provider") is { } provider
        && json.TextOf("redirect") is { } redirect
        && json.TextOf("challenge") is { } challenge
        && json.TextOf("scope") is { } scope
        && json.SecondsOf("exp") is { } expiresAt
            ? new LoginTicket
            {
                LoginId = id,
                ClientId = client,
                Provider = provider,
                RedirectAddress = redirect,
                State = json.TextOf("state"),
                Challenge = challenge,
                Scope = scope,
                Age = json.CountOf("age"),
                ExpiresAt = expiresAt,
            }
            : null;

    private static byte[] MacOf(ReadOnlySpan<byte> key, string body) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"sluice login|ticket|{body}"));

    private string Derive(ReadOnlySpan<byte> key, string what) => Base62.Encode(
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"sluice login|{what}|{ClientId}|{LoginId}")), DerivedLength);
}
