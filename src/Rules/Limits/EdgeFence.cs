namespace Sluice.Rules.Limits;

/// <summary>
/// The edge's side of slots: when it must end what it runs, and whose answers it still believes. Both keep the calls
/// that really run within the limit while an owner is replaced.
/// </summary>
/// <param name="ReportedEpoch">The highest epoch of an owner that was told what runs here; 0 for none.</param>
public readonly record struct EdgeFence(long ReportedEpoch)
{
    /// <summary>How much earlier than the owner the edge gives its slots up; a quarter of short times.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private const int MarginDivisor = 4;

    /// <summary>
    /// When the edge must end its calls, unless a renewal succeeds before: the owner gives their slots to others later.
    /// </summary>
    /// <param name="renewalSent">Edge's monotonic time before it sent the last renewal that was answered.</param>
    /// <param name="slotTtl">The owner's time for a slot.</param>
    public static TimeSpan EndsAt(TimeSpan renewalSent, TimeSpan slotTtl) =>
        renewalSent + slotTtl - (slotTtl / MarginDivisor < Margin ? slotTtl / MarginDivisor : Margin);

    /// <summary>A complete report went to an owner of this epoch.</summary>
    public EdgeFence Reported(long epoch) => new(Math.Max(ReportedEpoch, epoch));

    /// <summary>
    /// False: the answer is that of an owner that was replaced, and a slot it grants is in no report to the next one.
    /// </summary>
    public bool Accepts(long epoch) => epoch >= ReportedEpoch;
}
