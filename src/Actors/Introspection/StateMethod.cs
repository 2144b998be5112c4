using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Actors.Activations;
using Sluice.Actors.Calls;
using Sluice.Actors.References;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Introspection;

/// <summary>
/// The way to a grain's state, by a convention that Orleans' dashboard shares: the grain decides what it shows, and a
/// grain without such a method shows nothing.
/// </summary>
internal abstract class StateMethod
{
    internal const string Rule =
        "a grain interface's method Inspect or GetState without arguments, [AlwaysInterleave], with a result.";

    /// <summary>In the order in which they are preferred.</summary>
    private static readonly string[] Names = ["Inspect", "GetState"];

    private static readonly ConcurrentDictionary<Type, StateMethod?> Found = new();

    internal abstract string Name { get; }

    /// <summary>The method of that class; null when it has none.</summary>
    internal static StateMethod? Of(GrainClass grainClass) => Found.GetOrAdd(
        grainClass.Type,
        static (_, interfaces) => interfaces
            .OrderBy(candidate => candidate.FullName, StringComparer.Ordinal)
            .SelectMany(candidate => ReferenceEmitter.Of(candidate).Methods)
            .Where(IsOne)
            .MinBy(method => Array.IndexOf(Names, method.Name)) is { } method ? Make(method) : null,
        grainClass.Interfaces);

    /// <summary>In a turn of the grain: asks it, and writes its answer down before anything can change it.</summary>
    internal abstract ValueTask<string> Read(object grain);

    private static bool IsOne(CallMethod method) =>
        Names.Contains(method.Name)
        && method.Interleaving is Interleaving.Always
        && method.Method.GetParameters().Length == 0
        && method.Method.ReturnType.IsGenericType;

    private static StateMethod Make(CallMethod method) => (StateMethod)Activator.CreateInstance(
        typeof(StateMethod<>).MakeGenericType(method.Method.ReturnType.GetGenericArguments()),
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, [method], null)!;
}

/// <inheritdoc/>
internal sealed class StateMethod<TResult>(CallMethod<ValueTuple, TResult> method) : StateMethod
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // It is never written into a page as it is.
    };

    internal override string Name => method.Name;

    internal override async ValueTask<string> Read(object grain) =>
        JsonSerializer.Serialize(await method.Invoke(grain, default, CancellationToken.None), Json);
}
