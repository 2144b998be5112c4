using System.Collections.Immutable;
using System.Globalization;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Access;

/// <summary>Roles as operators write them among the settings.</summary>
internal static class RoleText
{
    /// <summary>How a limit of a role is told to people.</summary>
    public const string LimitRule =
        "a name and a limit, such as 'requests rate 100 requests/s burst 200', 'daily quota 1000000 tokens/day' or "
        + "'at-once concurrency 5'";

    private const string Place = "Access:Roles:";

    /// <summary>The roles, or null after every mistake was told.</summary>
    public static RoleBook? Parse(IEnumerable<RoleOptions> options, List<string> mistakes)
    {
        var before = mistakes.Count;
        var roles = options.Select((role, i) => new Role(role.Name, [.. role.Allows], [.. role.Denies])
        {
            OwnTenantOnly = role.OwnTenantOnly,
            Limits = [.. role.Limits.SelectMany((text, j) => LimitOf(text, $"{Place}{i}:Limits:{j}", mistakes))],
        }).ToList();
        mistakes.AddRange(RoleBook.MistakesIn([.. roles]).Select(
            mistake => mistake.StartsWith('[') ? Place + mistake[1..].Replace("]:", ":", StringComparison.Ordinal)
                : $"Access:Roles: {mistake}"));
        return mistakes.Count == before ? new RoleBook([.. roles]) : null;
    }

    /// <summary>A limit of a role as the admin API tells it.</summary>
    public static LimitDefinition ToWire(Limit limit)
    {
        var (unit, name) = LimitMapping.UnitToWire(limit.Unit);
        return new LimitDefinition
        {
            Name = limit.Name,
            Kind = limit.Kind.ToWire(),
            Amount = limit.Amount,
            Burst = limit.Burst,
            Period = limit.Period,
            Unit = unit,
            UnitName = name ?? "",
            Calendar = limit.Kind is Rules.Limits.LimitKind.Quota ? limit.Span.ToWire() : CalendarPeriod.None,
        };
    }

    private static ImmutableArray<Limit> LimitOf(string text, string place, List<string> mistakes)
    {
        var parts = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var written = parts is not [var name, var kind, var rest]
            ? null
            : kind switch
            {
                "rate" => new WrittenLimit { Name = name, Rate = rest },
                "quota" => new WrittenLimit { Name = name, Quota = rest },
                "concurrency" when long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var most) =>
                    new WrittenLimit { Name = name, Kind = kind, Amount = most },
                _ => null,
            };
        if (written is null)
        {
            mistakes.Add($"{place}: '{text}' is not {LimitRule}.");
            return [];
        }

        var definition = LimitText.Parse(written, (_, mistake) => mistakes.Add($"{place}: {mistake}"));
        return definition is null ? [] : LimitMapping.ToRules([definition]);
    }
}
