using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Metadata;

namespace Sluice.Silo.Hosting;

/// <summary>
/// Asks a grain what it has in memory, by its method <c>Inspect</c> or <c>GetState</c>, as the built-in engine does. In
/// Orleans this is a call like any other: one that comes when the grain has just ended begins it again, and it counts
/// as use.
/// </summary>
internal sealed class OrleansStateReader(IGrainFactory grains, GrainClassMap classes)
{
    /// <summary>In the order in which they are preferred.</summary>
    private static readonly string[] Names = ["Inspect", "GetState"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // It is never written into a page as it is.
    };

    private static readonly MethodInfo AnswerOf =
        typeof(OrleansStateReader).GetMethod(nameof(AnswerAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly ConcurrentDictionary<GrainType, MethodInfo?> _methods = new();

    public async Task<(JsonElement? State, string? Problem)> ReadAsync(
        GrainId grain, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_methods.GetOrAdd(grain.Type, MethodOf) is not { } method)
        {
            return (
                null, $"The class of {grain} has no way to look at its state: a grain interface's method Inspect or "
                + "GetState without arguments, [AlwaysInterleave], with a result.");
        }

        try
        {
            var reference = grains.GetGrain(method.DeclaringType!, grain.Key);
            var asked = (Task<JsonElement>)AnswerOf.MakeGenericMethod(method.ReturnType.GetGenericArguments()[0])
                .Invoke(null, [method.Invoke(reference, null)])!;
            return (await asked.WaitAsync(patience, time, cancellationToken), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var failure = (exception as TargetInvocationException)?.InnerException ?? exception;
            return (null, $"Its {method.Name} failed: {failure.GetType().Name}: {failure.Message}");
        }
    }

    private static async Task<JsonElement> AnswerAsync<T>(object asked) => JsonSerializer.SerializeToElement(
        asked is ValueTask<T> value ? await value : await (Task<T>)asked, Json);

    private MethodInfo? MethodOf(GrainType type) =>
        classes.TryGetGrainClass(type, out var grainClass)
            ? grainClass.GetInterfaces()
                .Where(candidate => typeof(IGrain).IsAssignableFrom(candidate))
                .OrderBy(candidate => candidate.FullName, StringComparer.Ordinal)
                .SelectMany(candidate => candidate.GetMethods())
                .Where(IsOne)
                .MinBy(method => Array.IndexOf(Names, method.Name))
            : null;

    private static bool IsOne(MethodInfo method) =>
        Names.Contains(method.Name)
        && method.IsDefined(typeof(AlwaysInterleaveAttribute))
        && method.GetParameters().Length == 0
        && method.ReturnType.IsGenericType
        && method.ReturnType.GetGenericTypeDefinition() is var returned
        && (returned == typeof(Task<>) || returned == typeof(ValueTask<>));
}
