namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// What edges ask of one client. The grain key is the client id: 12 characters of base 62.
/// </summary>
/// <remarks>
/// Every call may be repeated freely. <see cref="Admit"/> of a request that still holds its slot answers as the first
/// time without charging again; <see cref="Complete"/> of an unknown request does nothing. A refusal is a
/// <see cref="Verdict"/>, never an exception: an exception means that the outcome is unknown.
/// </remarks>
[Alias("sluice.IClientAdmission")]
public interface IClientAdmission : IGrainWithStringKey
{
    /// <summary>Decides key, policy, quota, slots and rates in one turn, and takes all of them or none.</summary>
    [Alias("Admit"), AlwaysInterleave] // Awaits nothing, so a slow administrative call must not hold it up.
    ValueTask<AdmitReply> Admit(AdmitRequest request);

    /// <summary>Says who a key belongs to and what it may see, and touches no counter.</summary>
    [Alias("Identify"), AlwaysInterleave]
    ValueTask<IdentifyReply> Identify(IdentifyRequest request);

    /// <summary>Frees the slots of calls that ended. An unknown request id is ignored: it was freed before.</summary>
    [Alias("Complete"), AlwaysInterleave]
    ValueTask Complete(CompletionBatch batch);

    /// <summary>
    /// Renews the slots of the calls that an edge still runs, and frees those that it no longer knows.
    /// </summary>
    [Alias("Renew"), AlwaysInterleave]
    ValueTask Renew(LiveRequests live);

    /// <summary>
    /// The same as <see cref="Renew"/>, and says by whom and whether they were renewed. The first complete report to a
    /// new activation also gives slots to what another one has admitted.
    /// </summary>
    [Alias("Report"), AlwaysInterleave]
    ValueTask<ReportReply> Report(LiveRequests live);
}
