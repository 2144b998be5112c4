using System.Reflection;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
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
        TakesCancellation = Array.Exists(
            method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
        WireName = (WireNameOf(method.DeclaringType!), method.GetCustomAttribute<AliasAttribute>()?.Alias ?? Name);
    }

    internal MethodInfo Method { get; }

    internal string Name { get; }

    internal bool OneWay { get; }

    internal Interleaving Interleaving { get; }

    /// <summary>How long callers wait; null is as long as the host says.</summary>
    internal TimeSpan? Timeout { get; }

    /// <summary>The method sees when its caller gives up.</summary>
    internal bool TakesCancellation { get; }

    /// <summary>The names that stand for the method on the wire.</summary>
    internal (string Interface, string Method) WireName { get; }

    /// <summary>The name that stands for a grain interface on the wire.</summary>
    internal static string WireNameOf(Type grainInterface) =>
        grainInterface.GetCustomAttribute<AliasAttribute>()?.Alias ?? grainInterface.FullName!;

    /// <summary>Makes the call that has come over the wire.</summary>
    /// <exception cref="MalformedPayloadException">The arguments cannot be read.</exception>
    internal abstract GrainCall Receive(
        ActorHost host, GrainId target, ref WireReader arguments, CancellationToken cancellation);

    /// <summary>Makes ready what calls over the wire need.</summary>
    internal abstract void Prepare();

    /// <summary>Why the method cannot be called over the wire; empty when it can.</summary>
    internal abstract IEnumerable<string> Mistakes();
}

/// <summary>Calls the method on a grain object, whatever kind of task the method returns.</summary>
internal delegate ValueTask<TResult> Invoker<TArgs, TResult>(object grain, TArgs args, CancellationToken cancellation);

/// <summary>A method with its arguments, as a tuple, and its result.</summary>
internal sealed class CallMethod<TArgs, TResult>(MethodInfo method, Invoker<TArgs, TResult> invoke) : CallMethod(method)
{
    private Codec<TArgs>? _argumentsCodec;
    private Codec<TResult>? _resultCodec;

    internal Invoker<TArgs, TResult> Invoke => invoke;

    // Compiled when first needed: a host alone in its process never does.
    internal Codec<TArgs> ArgumentsCodec => _argumentsCodec ??= CodecCatalog.Of<TArgs>();

    internal Codec<TResult> ResultCodec => _resultCodec ??= CodecCatalog.Of<TResult>();

    internal override GrainCall Receive(
        ActorHost host, GrainId target, ref WireReader arguments, CancellationToken cancellation) =>
        Call<TArgs, TResult>.Take(host, target, this, ArgumentsCodec.Read(ref arguments), cancellation);

    internal override void Prepare() => (_argumentsCodec, _resultCodec) = (ArgumentsCodec, ResultCodec);

    internal override IEnumerable<string> Mistakes()
    {
        var place = $"{Method.DeclaringType}.{Name}";
        return CodecCatalog.Mistakes(typeof(TArgs), place).Concat(CodecCatalog.Mistakes(typeof(TResult), place));
    }
}
