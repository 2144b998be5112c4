using System.Collections.Immutable;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Audit;

/// <summary>
/// Takes entries of the audit trail that belong to no write of a state. The silo implements it over its database.
/// </summary>
public interface IAuditLog
{
    /// <summary>Stores entries, all or none. May be repeated: of an id what came first stays.</summary>
    /// <param name="actor">Who says so, such as <c>edge/7</c>.</param>
    /// <param name="entries">Each with an id that nothing else has.</param>
    /// <param name="cancellationToken">Gives up; they may be stored nevertheless.</param>
    Task AppendAsync(
        string actor, ImmutableArray<(string Id, AuditNote Note)> entries, CancellationToken cancellationToken);
}
