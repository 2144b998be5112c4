using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules;

namespace Sluice.Silo.Configuration;

/// <summary>What limits count, as operators write it. Tokens are those of input and output together.</summary>
internal static class UnitText
{
    public const string Rule =
        "requests, tokens, input-tokens, output-tokens, images, pages, cost, or another name of "
        + Names.Rule;

    private const string Requests = "requests";
    private const string Tokens = "tokens";
    private const string InputTokens = "input-tokens";
    private const string OutputTokens = "output-tokens";

    // One of many: written so, nothing would ever be counted by that name.
    private static readonly string[] Plurals = [Requests, Tokens, InputTokens, OutputTokens, "images", "pages"];

    /// <summary>False with what is wrong; null is requests.</summary>
    public static bool TryParse(string? text, out (LimitUnit Unit, string Name) unit, out string mistake)
    {
        mistake = "";
        unit = text switch
        {
            null or Requests => (LimitUnit.Requests, ""),
            Tokens or "total-tokens" => (LimitUnit.TotalTokens, ""),
            InputTokens => (LimitUnit.InputTokens, ""),
            OutputTokens => (LimitUnit.OutputTokens, ""),
            _ => (LimitUnit.Other, text),
        };
        if (unit.Unit is not LimitUnit.Other)
        {
            return true;
        }

        mistake = Plurals.FirstOrDefault(plural => plural.AsSpan(0, plural.Length - 1).SequenceEqual(text)) is { } meant
            ? $"'{text}' is not a unit; write {meant}."
            : Names.IsName(text!) ? "" : $"'{text}' is not {Rule}.";
        return mistake.Length == 0;
    }

    /// <summary>The unit as it is read again.</summary>
    public static string Format(LimitUnit unit, string? name) => unit switch
    {
        LimitUnit.Requests => Requests,
        LimitUnit.TotalTokens => Tokens,
        LimitUnit.InputTokens => InputTokens,
        LimitUnit.OutputTokens => OutputTokens,
        LimitUnit.Other when !string.IsNullOrEmpty(name) => name,
        _ => unit.ToString(),
    };
}
