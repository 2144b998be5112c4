using System.Reflection;
using Sluice.Actors.Activations;

namespace Sluice.Actors.Calls;

/// <summary>
/// Takes a call through the filters: those of the host in order, then the grain's own, then the grain.
/// </summary>
internal sealed class FilteredCall<TArgs, TResult>(
    Activation activation, GrainId source, CallMethod<TArgs, TResult> method, TArgs args,
    CancellationToken cancellation) : IIncomingGrainCallContext
{
    private int _next;
    private object? _result;

    public GrainId? SourceId => source.IsDefault ? null : source;

    public GrainId TargetId => activation.GrainId;

    public object Grain => activation.GrainInstance!;

    public MethodInfo InterfaceMethod => method.Method;

    public string InterfaceName => method.Method.DeclaringType!.FullName!;

    public string MethodName => method.Name;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => activation.Class.Implementation(method.Method);

    public object? Result
    {
        get => _result;
        set => _result = value;
    }

    /// <summary>The result as the caller expects it.</summary>
    /// <exception cref="InvalidOperationException">A filter set none, or one of another type.</exception>
    internal TResult TypedResult => _result switch
    {
        TResult result => result,
        null when default(TResult) is null => default!,
        null when typeof(TResult) == typeof(Nothing) => default!,
        _ => throw new InvalidOperationException(
            $"A filter left {_result?.GetType().Name ?? "no result"} for {InterfaceName}.{MethodName}, "
            + $"which returns {typeof(TResult).Name}. Call context.Invoke(), or set a Result of that type."),
    };

    public Task Invoke()
    {
        var filters = activation.Class.Filters;
        var index = _next++;
        if (index < filters.Count)
        {
            return filters[index].Invoke(this);
        }

        return index == filters.Count && Grain is IIncomingGrainCallFilter own ? own.Invoke(this) : InvokeGrain();
    }

    private async Task InvokeGrain()
    {
        var result = await method.Invoke(Grain, args, cancellation);
        _result = typeof(TResult) == typeof(Nothing) ? null : result;
    }
}
