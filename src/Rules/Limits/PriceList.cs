using System.Collections.Immutable;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Limits;

/// <summary>What calls cost in money, by model.</summary>
public sealed class PriceList
{
    /// <summary>Most entries of a list.</summary>
    public const int EntriesMost = 256;

    private readonly ImmutableArray<ModelPrice> _entries;

    private PriceList(ImmutableArray<ModelPrice> entries) => _entries = entries;

    /// <summary>A list; null when it has no entries.</summary>
    /// <remarks>Requires entries without mistakes.</remarks>
    public static PriceList? Of(IEnumerable<ModelPrice> entries)
    {
        // The closest first: a name before every beginning, and a longer beginning before a shorter one.
        ImmutableArray<ModelPrice> sorted =
        [
            .. entries.OrderBy(entry => entry.Models.EndsWith('*')).ThenByDescending(entry => entry.Models.Length),
        ];
        return sorted.IsEmpty ? null : new PriceList(sorted);
    }

    /// <summary>
    /// The price of the closest entry: the model's name, or else the longest beginning; null when none fits.
    /// </summary>
    public Price? Of(string model)
    {
        foreach (var (models, price) in _entries)
        {
            if (models.EndsWith('*')
                ? model.AsSpan().StartsWith(models.AsSpan(0, models.Length - 1), StringComparison.Ordinal)
                : model == models)
            {
                return price;
            }
        }

        return null;
    }

    /// <summary>Every mistake in the prices of a plan, each with its place.</summary>
    /// <param name="entries">The prices.</param>
    /// <param name="limits">The plan's limits: where one is in money, every model needs a price.</param>
    public static IReadOnlyList<string> MistakesIn(
        IReadOnlyList<ModelPrice> entries, IReadOnlyList<Limit> limits)
    {
        var mistakes = new List<string>();
        if (entries.Count > EntriesMost)
        {
            mistakes.Add($"prices: {entries.Count} are too many; {EntriesMost} is the most.");
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var (models, price) = entries[i];
            if (!ModelAccess.IsPattern(models))
            {
                mistakes.Add($"prices[{i}].models: '{models}' is not a model's name or a beginning followed by '*'.");
            }
            else if (entries.Take(i).Any(other => other.Models == models))
            {
                mistakes.Add($"prices[{i}].models: '{models}' has a price already.");
            }

            AddMistakes(price, $"prices[{i}]", mistakes);
        }

        if (limits.Any(limit => limit.Unit is Units.Cost) && entries.All(entry => entry.Models != "*"))
        {
            mistakes.Add("prices: a limit counts money, so every model needs a price: add one for '*'.");
        }

        return mistakes;
    }

    private static void AddMistakes(Price price, string place, List<string> mistakes)
    {
        (string Name, long Amount)[] parts =
        [
            ("input", price.Input), ("output", price.Output), ("request", price.Request), ("image", price.Image),
            ("page", price.Page),
        ];
        mistakes.AddRange(
            from part in parts
            where part.Amount is < 0 or > Price.Most
            select $"{place}.{part.Name}: {part.Amount} is not between 0 and {Price.Most}, in millionths.");
    }
}
