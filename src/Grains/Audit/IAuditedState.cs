using System.Collections.Immutable;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Audit;

/// <summary>
/// A state whose writes are in the audit trail. What a write changes is noted in the transaction of the write, or not
/// at all: nothing is changed without its entry, and no entry tells of what never happened.
/// </summary>
public interface IAuditedState
{
    /// <summary>What the next write changes; empty when that is not audited. It is no part of what is stored.</summary>
    ImmutableArray<AuditNote> Audits { get; }
}
