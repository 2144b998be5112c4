using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Abstractions.Tenants;

/// <summary>
/// What clients of a tenant with limits ask of it; the same grain as <see cref="ITenantGrain"/>. The grain key is the
/// tenant id.
/// </summary>
/// <remarks>
/// Every call may be repeated freely. A call that its tenant cannot be asked about is not admitted. A refusal is a
/// <see cref="Verdict"/>, never an exception: an exception means that the outcome is unknown.
/// </remarks>
[Alias("sluice.ITenantAdmission")]
public interface ITenantAdmission : IGrainWithStringKey
{
    /// <summary>
    /// Takes what a call costs of every limit of the tenant, or nothing. A client asks for it before it decides by
    /// itself, and gives it back should it then refuse. A hold that nobody renews or settles expires with its slot.
    /// </summary>
    [Alias("Hold"), AlwaysInterleave, ResponseTimeout("00:00:00.500")]
    ValueTask<TenantHoldReply> Hold(TenantHoldRequest request);

    /// <summary>What it would answer to a call now, with every limit's numbers. Nothing changes.</summary>
    [Alias("Suppose"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    ValueTask<TenantHoldReply> Suppose(TenantHoldRequest request);

    /// <summary>
    /// The client refused after all: what was held is free, as if it had not been asked for. It is the hold of this
    /// number that is given back and no later one, however late this arrives.
    /// </summary>
    [Alias("GiveBack"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    ValueTask GiveBack(TenantHold hold);

    /// <summary>Calls ended: their slots are free, and they are charged what they used. Each counts once.</summary>
    [Alias("Settle"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    ValueTask Settle(TenantEnds ends);

    /// <summary>
    /// What an edge runs of one client, told by the client: those slots are renewed, and the others of this client and
    /// edge are free. The first report to an activation that names it takes the slots that an earlier one granted.
    /// </summary>
    [Alias("Report"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    ValueTask<TenantReportReply> Report(TenantReport report);

    /// <summary>
    /// A busy client gives back its share of the tenant's limits, tells of its calls that go on or have ended, and may
    /// be lent the next one. It is one exchange however often it is told; of a lost answer the share is lost, until its
    /// time is over.
    /// </summary>
    [Alias("Exchange"), AlwaysInterleave, ResponseTimeout("00:00:00.500")]
    ValueTask<TenantExchangeReply> Exchange(TenantExchange exchange);
}

/// <summary>A client that may hold a share of its tenant's limits; the grain key is the client id.</summary>
[Alias("sluice.ITenantShareHolder")]
public interface ITenantShareHolder : IGrainWithStringKey
{
    /// <summary>
    /// Somebody is short of what this share may hold, or an earlier one: nothing more is spent of it, and it is given
    /// back. One that is on its way is given back when it arrives.
    /// </summary>
    [Alias("RecallShare"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    ValueTask RecallShare(long number);
}
