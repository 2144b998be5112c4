using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>
/// One host on a clock and a scheduler that the test owns. Nothing runs but when the test says so, on its own thread.
/// </summary>
internal sealed class World
{
    private readonly ServiceProvider _services;

    internal World(params Type[] grains)
        : this(new WorldOptions(), grains)
    {
    }

    internal World(WorldOptions options, params Type[] grains)
    {
        Scheduler = new DeterministicTurnScheduler(options.Seed is { } seed ? new Random(seed) : null);
        var classes = grains.Length > 0 ? grains : [typeof(WorkerGrain)];
        _services = new ServiceCollection().AddSingleton(Journal).AddScoped<Scoped>()
            .AddSingleton<IGrainFactory>(_ => Host!.GrainFactory)
            .BuildServiceProvider();
        Host = new ActorHost(options.Host, new ActorHostParts
        {
            Services = _services,
            GrainAssemblies = [typeof(World).Assembly],
            GrainClassFilter = type => classes.Contains(type),
            Time = Time,
            Scheduler = Scheduler,
            Random = new Random(0),
            Transport = options.Transport,
            Storage = name => name == "Default" ? Storage : null,
            Reminders = options.Reminders,
            Filters = () => options.Filters,
            Logging = Log,
        });
        if (options.Start)
        {
            Run(() => Host.StartAsync(CancellationToken.None));
        }
    }

    internal ActorHost Host { get; }

    internal ManualTime Time { get; } = new();

    internal DeterministicTurnScheduler Scheduler { get; }

    internal Journal Journal { get; } = new();

    internal FaultyStorage Storage { get; } = new();

    internal RecordingLog Log { get; } = new();

    internal IWorker Worker(string key) => Host.GrainFactory.GetGrain<IWorker>(key);

    /// <summary>Begins something outside of grains, and runs until nothing more can happen by itself.</summary>
    [OverloadResolutionPriority(1)]
    internal Task<T> Begin<T>(Func<Task<T>> action)
    {
        var task = Enter(action);
        Scheduler.RunUntilIdle();
        return task;
    }

    /// <inheritdoc cref="Begin{T}(Func{Task{T}})"/>
    internal Task<T> Begin<T>(Func<ValueTask<T>> action) => Begin(async () => await action());

    /// <inheritdoc cref="Begin{T}(Func{Task{T}})"/>
    internal Task Begin(Func<Task> action)
    {
        var task = Enter(action);
        Scheduler.RunUntilIdle();
        return task;
    }

    /// <summary>Begins something and leaves it to a later <see cref="Settle"/>.</summary>
    internal T Enter<T>(Func<T> action)
        where T : Task
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Scheduler.Context);
        try
        {
            return action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Does something that must be over once nothing more can happen by itself.</summary>
    [OverloadResolutionPriority(1)]
    internal T Run<T>(Func<Task<T>> action) => Result(Begin(action));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    internal T Run<T>(Func<ValueTask<T>> action) => Result(Begin(action));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    internal void Run(Func<Task> action) => Result(Begin(action));

    internal void Settle() => Scheduler.RunUntilIdle();

    internal void Open(string gate)
    {
        Journal.Open(gate);
        Settle();
    }

    internal void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Settle();
    }

    internal static T Result<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "It waits for something that does not happen.");
        return task.GetAwaiter().GetResult();
    }

    internal static void Result(Task task)
    {
        Assert.True(task.IsCompleted, "It waits for something that does not happen.");
        task.GetAwaiter().GetResult();
    }

    /// <summary>The error with which something has ended.</summary>
    internal static TException Failure<TException>(Task task)
        where TException : Exception => Assert.ThrowsAny<TException>(() => Result(task));
}

/// <summary>What a test changes about its world.</summary>
internal sealed class WorldOptions
{
    internal ActorHostOptions Host { get; init; } = new();

    internal int? Seed { get; init; }

    internal bool Start { get; init; } = true;

    internal ICallTransport? Transport { get; init; }

    internal IReminderTable? Reminders { get; init; } = new InMemoryReminderTable();

    internal IReadOnlyList<IIncomingGrainCallFilter> Filters { get; init; } = [];
}

/// <summary>One per activation.</summary>
internal sealed class Scoped : IDisposable
{
    internal bool Disposed { get; private set; }

    public void Dispose() => Disposed = true;
}
