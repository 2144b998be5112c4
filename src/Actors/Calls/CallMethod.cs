using System.Reflection;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Calls;

/// <summary>The result of a method that has none.</summary>
internal readonly struct Nothing;

/// <summary>One method of a grain interface; shared by all hosts of the process.</summary>
internal abstract class CallMethod
{
    protected CallMethod(MethodInfo method)
    {
        Method = method;
        Name = method.Name;
        OneWay = method.IsDefined(typeof(OneWayAttribute));
        Interleaving = method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? Interleaving.Always
            : method.IsDefined(typeof(ReadOnlyAttribute)) ? Interleaving.ReadOnly
            : Interleaving.None;
        Timeout = (method.GetCustomAttribute<ResponseTimeoutAttribute>()
            ?? method.DeclaringType!.GetCustomAttribute<ResponseTimeoutAttribute>())?.Timeout;
    }

    internal MethodInfo Method { get; }

    internal string Name { get; }

    internal bool OneWay { get; }

    internal Interleaving Interleaving { get; }

    /// <summary>How long callers wait; null is as long as the host says.</summary>
    internal TimeSpan? Timeout { get; }
}

/// <summary>Calls the method on a grain object, whatever kind of task the method returns.</summary>
internal delegate ValueTask<TResult> Invoker<TArgs, TResult>(object grain, TArgs args, CancellationToken cancellation);

/// <summary>A method with its arguments, as a tuple, and its result.</summary>
internal sealed class CallMethod<TArgs, TResult>(MethodInfo method, Invoker<TArgs, TResult> invoke) : CallMethod(method)
{
    internal Invoker<TArgs, TResult> Invoke => invoke;
}
