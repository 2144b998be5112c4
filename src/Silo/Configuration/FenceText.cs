namespace Sluice.Silo.Configuration;

/// <summary>How people write what becomes of calls whose slots cannot be renewed.</summary>
internal static class FenceText
{
    private const string Strict = "strict";
    private const string Lenient = "lenient";

    public const string Rule = "strict or lenient";

    /// <summary>Whether it is lenient; null when it is neither. Nothing said is strict.</summary>
    public static bool? Parse(string? text) => text switch
    {
        null or Strict => false,
        Lenient => true,
        _ => null,
    };

    public static string Of(bool isLenient) => isLenient ? Lenient : Strict;
}
