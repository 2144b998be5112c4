using Sluice.Rules.Keys;

namespace Sluice.EndToEnd.Hosting;

/// <summary>Texts that look like a given key and are not it.</summary>
public static class WrongKeys
{
    /// <summary>Right in form and checksum, of the same client and version, with another secret.</summary>
    public static string OtherSecret(string key) =>
        (Parse(key) with { Secret = KeyText.SecretOf(new byte[32]) }).Format();

    /// <summary>Right in form and checksum, of a client that does not exist.</summary>
    public static string OtherClient(string key) => (Parse(key) with { ClientId = "zzzzzzzzzzzz" }).Format();

    /// <summary>One character of the secret changed, so that the checksum is wrong.</summary>
    public static string Mistyped(string key) =>
        string.Concat(key.AsSpan(0, key.Length - 8), key[^8] == 'a' ? "b" : "a", key.AsSpan(key.Length - 7));

    private static KeyText Parse(string key)
    {
        Assert.Equal(KeyTextFault.None, KeyText.TryParse(key, out var parsed));
        return parsed;
    }
}
