using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Actors.Hosting;

/// <summary>
/// Everything an actor host stands on. A simulation replaces clock, scheduler, randomness and transport.
/// </summary>
public sealed class ActorHostParts
{
    /// <summary>Where grains get their constructor arguments.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>Where grain classes are looked for.</summary>
    public required IReadOnlyList<Assembly> GrainAssemblies { get; init; }

    /// <summary>Which of the classes found are taken; null takes all.</summary>
    public Func<Type, bool>? GrainClassFilter { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ITurnScheduler Scheduler { get; init; } = new ThreadPoolTurnScheduler();

    /// <summary>Spreads the host's periodic work, so that silos started together do not act together.</summary>
    public required Random Random { get; init; }

    /// <summary>Where calls go first; null runs every call in this host.</summary>
    public ICallTransport? Transport { get; init; }

    /// <summary>The storage of that name; null when there is none. Asked once per name, at the start.</summary>
    public Func<string, IGrainStorage?> Storage { get; init; } = _ => null;

    /// <summary>Needed only by grains that are <see cref="IRemindable"/>.</summary>
    public IReminderTable? Reminders { get; init; }

    /// <summary>Asked for once, at the start, so that filters may use the host's own services.</summary>
    public Func<IReadOnlyList<IIncomingGrainCallFilter>> Filters { get; init; } = () => [];

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
