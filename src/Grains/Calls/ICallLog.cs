using Sluice.Grains.Abstractions.Calls;

namespace Sluice.Grains.Calls;

/// <summary>
/// Every request that ever came, for those who look into what happened. Bills have the usage log, which loses nothing;
/// this one loses what an edge had no room for, and says how much. The silo implements it over its database.
/// </summary>
public interface ICallLog
{
    /// <summary>Stores a batch of an edge, all of it or none. May be repeated.</summary>
    Task AppendAsync(CallBatch batch, CancellationToken cancellationToken);
}
