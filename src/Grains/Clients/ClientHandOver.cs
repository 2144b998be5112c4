using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Grains.Clients;

/// <summary>
/// What a client's activation leaves to the next one on another silo, which may run a neighbouring version: it only
/// grows.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.ClientHandOver")]
public sealed record ClientHandOver
{
    /// <summary>The epoch of the activation that left it.</summary>
    [Id(0)] public required long Epoch { get; init; }

    [Id(1)] public required RateHandOver[] Rates { get; init; }

    [Id(2)] public required SlotHandOver[] Slots { get; init; }

    /// <summary>The quotas it counted in, not what it counted: that is stored.</summary>
    [Id(3)] public required QuotaHandOver[] Quotas { get; init; }

    /// <summary>True: edges may hold slots of which it was not told yet.</summary>
    [Id(4)] public bool IsUnheard { get; init; }

    /// <summary>How long before it was left the exact counts were stored; null when they were not.</summary>
    [Id(5)] public TimeSpan? ClosedAgo { get; init; }

    /// <summary>How long edges may spend the chunks they hold; zero when they hold none.</summary>
    [Id(6)] public TimeSpan OutFor { get; init; }

    internal static ClientHandOver Of(HandOver left, long epoch, TimeSpan? closedAgo) => new()
    {
        Epoch = epoch,
        IsUnheard = left.IsUnheard,
        OutFor = left.OutFor,
        ClosedAgo = closedAgo,
        Rates = [.. left.Rates.Select(rate => new RateHandOver(
            rate.Name, rate.Limit.Capacity, rate.Limit.Refill, rate.Limit.Period, rate.Credit, rate.Out, rate.Unit)
        {
            Scope = ScopeHandOver.Of(rate.Scope),
        })],
        Slots = [.. left.Slots.Select(slot => new SlotHandOver(
            slot.RequestId.ToWire(), slot.Left, slot.AdmittedAgo, slot.AdmittedUtc)
        {
            InputTokens = slot.Reserved.InputTokens,
            OutputTokens = slot.Reserved.OutputTokens,
            Others = slot.Reserved.Others.IsDefaultOrEmpty
                ? []
                : [.. slot.Reserved.Others.Select(cost => new CostHandOver(cost.Unit, cost.Amount))],
            Call = CallHandOver.Of(slot.Reserved.Call),
            Told = ToldHandOver.Of(slot.Told),
            Price = PriceHandOver.Of(slot.Reserved.Price),
        })],
        Quotas = [.. left.Quotas.Select(quota => new QuotaHandOver(
            quota.Name, quota.Amount, quota.Unit, quota.Calendar.Span.ToWire())
        {
            Scope = ScopeHandOver.Of(quota.Scope),
        })],
    };

    /// <summary>Null when it says what cannot be.</summary>
    internal HandOver? ToRule()
    {
        // What another version leaves out is null, whatever its type says.
        if (Rates is null || Slots is null || Quotas is null || Rates.Any(rate => rate.Name is null))
        {
            return null;
        }

        var left = new HandOver(
            [.. Rates.Select(rate => new RateInUse(
                rate.Name, new BucketLimit(rate.Capacity, rate.Refill, rate.Period), rate.Credit, rate.Out,
                rate.Unit)
            {
                Scope = rate.Scope?.ToRule(),
            })],
            [.. Slots.Select(slot => new SlotInUse(
                slot.RequestId.ToRule(), slot.Left, slot.AdmittedAgo, slot.AdmittedUtc, slot.Reserved)
            {
                Told = slot.Told?.ToRule(),
            })],
            [.. Quotas.Select(quota => new CountLimit(
                quota.Name, quota.Amount, quota.Unit, new QuotaCalendar(quota.Calendar.ToRule()))
            {
                Scope = quota.Scope?.ToRule(),
            })],
            OutFor, IsUnheard);
        return left.IsPossible ? left : null;
    }
}

/// <param name="Name">The limit's name.</param>
/// <param name="Capacity">Most tokens at once.</param>
/// <param name="Refill">Tokens added every <paramref name="Period"/>.</param>
/// <param name="Period">Longer than zero.</param>
/// <param name="Credit">Tokens left × the period's ticks; below zero is a debt.</param>
/// <param name="Out">Tokens held by chunks.</param>
/// <param name="Unit">What the tokens are, as the rules name it; null is requests.</param>
[GenerateSerializer, Immutable, Alias("sluice.RateHandOver")]
public readonly record struct RateHandOver(
    [property: Id(0)] string Name,
    [property: Id(1)] long Capacity,
    [property: Id(2)] long Refill,
    [property: Id(3)] TimeSpan Period,
    [property: Id(4)] long Credit,
    [property: Id(5)] long Out,
    [property: Id(6)] string? Unit = null)
{
    /// <summary>Which calls it counts; null is all.</summary>
    [Id(7)] public ScopeHandOver? Scope { get; init; }
}

/// <param name="RequestId">The request that holds the slot.</param>
/// <param name="Left">How long it stays taken unless its edge renews it.</param>
/// <param name="AdmittedAgo">How long ago it was granted; null when its call gives nothing back.</param>
/// <param name="AdmittedUtc">When it was granted.</param>
[GenerateSerializer, Immutable, Alias("sluice.SlotHandOver")]
public readonly record struct SlotHandOver(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] TimeSpan Left,
    [property: Id(2)] TimeSpan? AdmittedAgo,
    [property: Id(3)] DateTimeOffset AdmittedUtc)
{
    /// <summary>Tokens of input that its call reserved; 0 where none are counted.</summary>
    [Id(4)] public long InputTokens { get; init; }

    /// <summary>Tokens of output that its call reserved; 0 where none are counted.</summary>
    [Id(5)] public long OutputTokens { get; init; }

    /// <summary>What it reserved in units of other names; null is nothing.</summary>
    [Id(6)] public CostHandOver[]? Others { get; init; }

    /// <summary>What the call is; null where no limit asks for it.</summary>
    [Id(7)] public CallHandOver? Call { get; init; }

    /// <summary>What it was told to have used beyond that; null when nothing was.</summary>
    [Id(9)] public ToldHandOver? Told { get; init; }

    /// <summary>What it costs in money by; null where no limit counts that.</summary>
    [Id(8)] public PriceHandOver? Price { get; init; }

    internal Costs Reserved => new(
        InputTokens,
        OutputTokens,
        Others is { Length: > 0 } ? [.. Others.Select(cost => new Cost(cost.Unit, cost.Amount))] : default,
        Call?.ToRule())
    {
        Price = Price?.ToRule(),
    };
}

/// <param name="Unit">The unit's name.</param>
/// <param name="Amount">0 or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.CostHandOver")]
public readonly record struct CostHandOver([property: Id(0)] string Unit, [property: Id(1)] long Amount);

/// <param name="Name">The limit's name.</param>
/// <param name="Amount">Units per calendar period.</param>
/// <param name="Unit">What is counted, as the rules name it; null is requests.</param>
/// <param name="Calendar">The period; none said is the month.</param>
[GenerateSerializer, Immutable, Alias("sluice.QuotaHandOver")]
public readonly record struct QuotaHandOver(
    [property: Id(0)] string Name,
    [property: Id(1)] long Amount,
    [property: Id(2)] string? Unit = null,
    [property: Id(3)] CalendarPeriod Calendar = default)
{
    /// <summary>Which calls it counts; null is all.</summary>
    [Id(4)] public ScopeHandOver? Scope { get; init; }
}
