using System.Runtime.ExceptionServices;
using Sluice.Conformance.Engines;
using Sluice.Testing;

namespace Sluice.Conformance.Scenes;

/// <summary>From where a test calls its grain.</summary>
public enum Caller
{
    /// <summary>From outside of all silos.</summary>
    Client,

    /// <summary>From a grain on the same silo.</summary>
    GrainBeside,

    /// <summary>From a grain on another silo.</summary>
    GrainElsewhere,
}

/// <summary>A grain of the test's own, and who calls it.</summary>
public sealed class Scene
{
    private static long _keys;

    private readonly EngineUnderTest _engine;
    private readonly ICaller? _caller;

    private Scene(EngineUnderTest engine, string key, ICaller? caller) =>
        (_engine, Key, _caller) = (engine, key, caller);

    /// <summary>One that no other test has.</summary>
    public string Key { get; }

    public Board Board => _engine.Board;

    public SuiteStorage Storage => _engine.Storage;

    public static string NewKey() => $"k{Interlocked.Increment(ref _keys)}";

    /// <summary>Finds a caller that lives where it should, as seen from the grain.</summary>
    /// <param name="engine">Has two silos or more.</param>
    /// <param name="from">Who calls.</param>
    /// <param name="siloOf">Asks the grain of that key where it lives.</param>
    public static async Task<Scene> SetAsync(
        EngineUnderTest engine, Caller from, Func<IGrainFactory, string, Task<string>> siloOf)
    {
        var key = NewKey();
        if (from is Caller.Client)
        {
            return new Scene(engine, key, null);
        }

        var home = await siloOf(engine.Client, key).Within();
        return new Scene(
            engine, key, await CallerOnAsync(engine, silo => (silo == home) == (from is Caller.GrainBeside)));
    }

    /// <summary>A caller on a silo of that kind.</summary>
    public static async Task<ICaller> CallerOnAsync(EngineUnderTest engine, Func<string, bool> isWanted)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var caller = engine.Client.GetGrain<ICaller>(NewKey());
            if (isWanted(await caller.Silo().Within()))
            {
                return caller;
            }
        }

        throw new InvalidOperationException("Of a hundred grains none lives on a silo of the wanted kind.");
    }

    /// <summary>Does the work where the caller is.</summary>
    public Task CallAsync(Func<IGrainFactory, Task> work) => CallAsync(async grains =>
    {
        await work(grains);
        return true;
    });

    /// <inheritdoc cref="CallAsync(Func{IGrainFactory, Task})"/>
    public Task<T> CallAsync<T>(Func<IGrainFactory, Task<T>> work) =>
        (_caller is null ? work(_engine.Client) : RunAsync(_engine, _caller, work)).Within();

    /// <summary>Does the work in a turn of that caller. What it throws comes back as it is.</summary>
    public static async Task<T> RunAsync<T>(EngineUnderTest engine, ICaller caller, Func<IGrainFactory, Task<T>> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var name = NewKey();
        engine.Board.Post(name, async grains =>
        {
            try
            {
                result = await work(grains);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        await caller.Run(name);
        failure?.Throw();
        return result;
    }
}
