using System.Collections.Immutable;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Revocations;

/// <summary>
/// A state whose write may end something at edges. What it ends is published in the transaction of the write, or not at
/// all: nothing that is stored as revoked is missing from the feed.
/// </summary>
public interface IRevokingState
{
    /// <summary>
    /// What the next write ends; its sequence is given then. Empty for the first write of a state: what nobody has seen
    /// cannot be revoked. It is no part of what is stored.
    /// </summary>
    ImmutableArray<Revocation> Revokes { get; }
}
