using Sluice.Actors.Activations;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.References;

/// <summary>Base of the emitted references. Equal when they name the same grain.</summary>
internal abstract class ActorReference(ActorHost host, GrainId id) : IGrainAddress, IEquatable<ActorReference>
{
    private Activation? _last;

    public GrainId GrainId => id;

    /// <summary>Where the last call went; it may have ended since.</summary>
    internal Activation? Last
    {
        get => _last;
        set => _last = value;
    }

    public IAddressable As(Type interfaceType) => host.References.Make(interfaceType, id);

    public bool Equals(ActorReference? other) => other is not null && other.GrainId == id;

    public override bool Equals(object? obj) => Equals(obj as ActorReference);

    public override int GetHashCode() => id.GetHashCode();

    public override string ToString() => id.ToString();

    // The emitted methods call exactly one of these.
    internal ValueTask<TResult> Value<TArgs, TResult>(
        CallMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellation)
    {
        var call = Call<TArgs, TResult>.Take(host, id, method, args, cancellation);
        var answer = call.AsValueTask();
        host.Send(call, this);
        return answer;
    }

    internal ValueTask Plain<TArgs>(CallMethod<TArgs, Nothing> method, TArgs args, CancellationToken cancellation)
    {
        var call = Call<TArgs, Nothing>.Take(host, id, method, args, cancellation);
        if (method.OneWay)
        {
            host.Send(call, this);
            return default;
        }

        var answer = call.AsPlainValueTask();
        host.Send(call, this);
        return answer;
    }

    internal Task<TResult> Result<TArgs, TResult>(
        CallMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellation)
    {
        var call = Call<TArgs, TResult>.Take(host, id, method, args, cancellation);
        var answer = call.AsTask();
        host.Send(call, this);
        return answer;
    }

    internal Task Done<TArgs>(CallMethod<TArgs, Nothing> method, TArgs args, CancellationToken cancellation)
    {
        var call = Call<TArgs, Nothing>.Take(host, id, method, args, cancellation);
        if (method.OneWay)
        {
            host.Send(call, this);
            return Task.CompletedTask;
        }

        var answer = call.AsTask();
        host.Send(call, this);
        return answer;
    }
}
