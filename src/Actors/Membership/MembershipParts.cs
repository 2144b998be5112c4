using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Membership;

/// <summary>Everything that the membership of one silo stands on.</summary>
internal sealed class MembershipParts
{
    public required IMembershipTable Table { get; init; }

    /// <summary>This process.</summary>
    public required SiloCandidate Candidate { get; init; }

    public MembershipOptions Options { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ITurnScheduler Scheduler { get; init; } = new ThreadPoolTurnScheduler();

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
