using System.ComponentModel.DataAnnotations;

namespace Sluice.Grains.Clients;

/// <summary>Settings of admission that are the same for every client, section <c>Admission</c>.</summary>
public sealed class AdmissionOptions
{
    /// <summary>How long a concurrency slot stays taken when its edge says nothing.</summary>
    /// <value>1 second to 10 minutes, default 15 seconds. At least three of the edges' renewal periods.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SlotTtl { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often an active client asks for its plan again. Changes are pushed; this heals a push that was lost.
    /// </summary>
    /// <value>1 second to 1 hour, default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PlanRefreshPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many of its last decisions an active client keeps in memory, to be explained; about 200 bytes each, and 16
    /// more for each limit.
    /// </summary>
    /// <value>0 to 10000, default 256.</value>
    [Range(0, 10_000)]
    public int DecisionsKept { get; set; } = 256;
}
