namespace Sluice.Actors.Codecs;

/// <summary>In place of a <see cref="GrainId"/>.</summary>
[GenerateSerializer]
internal readonly record struct GrainIdStandIn([property: Id(0)] GrainType Type, [property: Id(1)] IdSpan Key)
    : IStandIn<GrainId, GrainIdStandIn>
{
    public static GrainIdStandIn For(GrainId value) => new(value.Type, value.Key);

    public GrainId ToValue() => new(Type, Key);
}

/// <summary>In place of a <see cref="TickStatus"/>.</summary>
[GenerateSerializer]
internal readonly record struct TickStatusStandIn(
    [property: Id(0)] DateTime First, [property: Id(1)] TimeSpan Period, [property: Id(2)] DateTime Current)
    : IStandIn<TickStatus, TickStatusStandIn>
{
    public static TickStatusStandIn For(TickStatus value) =>
        new(value.FirstTickTime, value.Period, value.CurrentTickTime);

    public TickStatus ToValue() => new(First, Period, Current);
}

/// <summary>In place of a <see cref="DeactivationReason"/>: of its exception only what it says travels.</summary>
[GenerateSerializer]
internal readonly record struct DeactivationReasonStandIn(
    [property: Id(0)] DeactivationReasonCode Code, [property: Id(1)] string Text, [property: Id(2)] string? Failure)
    : IStandIn<DeactivationReason, DeactivationReasonStandIn>
{
    public static DeactivationReasonStandIn For(DeactivationReason value) => new(
        value.ReasonCode,
        value.Description,
        value.Exception is { } exception ? $"{exception.GetType()}: {exception.Message}" : null);

    public DeactivationReason ToValue() => new(Code, Failure is null ? null : new OrleansException(Failure), Text);
}
