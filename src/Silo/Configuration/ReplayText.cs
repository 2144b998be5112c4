using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Silo.Configuration;

/// <summary>How people write what a client asks for against calls that come twice.</summary>
internal static class ReplayText
{
    private const string Off = "off";
    private const string Key = "key";
    private const string Nonce = "nonce";

    public const string Rule = "off, key or nonce";

    /// <summary>Null when it is none of them. Nothing said is off.</summary>
    public static ReplayMode? Parse(string? text) => text switch
    {
        null or Off => ReplayMode.Off,
        Key => ReplayMode.Key,
        Nonce => ReplayMode.Nonce,
        _ => null,
    };

    public static string Of(ReplayMode mode) => mode switch
    {
        ReplayMode.Key => Key,
        ReplayMode.Nonce => Nonce,
        _ => Off,
    };
}
