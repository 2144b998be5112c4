namespace Sluice.Rules.Audit;

/// <summary>What somebody or something has changed, as whoever changes it says it. It holds nothing secret.</summary>
/// <param name="Action">What was done, such as <c>plan.replace</c>.</param>
/// <param name="Subject">To what, such as <c>plan/gold</c>.</param>
/// <param name="Before">Fingerprint of what it was; empty when it was not.</param>
/// <param name="After">Fingerprint of what it is from now on; empty when it is no more.</param>
/// <param name="Detail">What has changed, as JSON.</param>
public sealed record AuditNote(string Action, string Subject, string Before, string After, string Detail);

/// <summary>One entry of the audit trail.</summary>
/// <param name="Id">Names it from before it has a place in the chain; unique.</param>
/// <param name="At">When it became durable, by the database's clock: microseconds since 1970, UTC.</param>
/// <param name="Actor">Who: <c>client/ID/VERSION</c> of an administrator's key, or <c>system</c>.</param>
/// <param name="Note">What.</param>
public sealed record AuditEntry(string Id, long At, string Actor, AuditNote Note);

/// <summary>An entry at its place in the chain.</summary>
/// <param name="Sequence">1 for the first; without gaps.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Hash">What <see cref="AuditChain"/> makes of it and all before it; 64 hexadecimal digits.</param>
public sealed record AuditRecord(long Sequence, AuditEntry Entry, string Hash);
