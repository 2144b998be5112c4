namespace Sluice.Actors.Introspection;

/// <summary>
/// What silos let each other see. The key is the silo's number; nobody but silos may call it. All of it interleaves, so
/// that it answers while the silo is busy with something else.
/// </summary>
[Alias("sluice.actors.ISiloReports")]
internal interface ISiloReports : IGrainWithStringKey
{
    /// <summary>The silo as a whole.</summary>
    [Alias("Report"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task<HostReport> Report();

    /// <summary>Its activations, longest queues first.</summary>
    [Alias("List"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task<ActivationSummary[]> List(ActivationQuery query);

    /// <summary>One grain, without activating it. Its own answer has a second; this call has a little more.</summary>
    [Alias("Look"), AlwaysInterleave, ResponseTimeout("00:00:01.500")]
    Task<GrainLook> Look(GrainId grain);
}

/// <summary>Which activations to list.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.ActivationQuery")]
public sealed record ActivationQuery
{
    /// <summary>The grain type's name; empty takes all.</summary>
    [Id(0)] public string Type { get; init; } = "";

    /// <summary>Only those with at least so many requests that have not begun. 0 or more.</summary>
    [Id(1)] public int WaitingMin { get; init; }

    /// <summary>The most to list. 1 or more.</summary>
    [Id(2)] public int Most { get; init; } = 100;
}
