using System.Diagnostics;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Calls;

/// <summary>A call with filters around it, or a trace. Plain calls never come here.</summary>
internal static class DecoratedCall
{
    internal static async ValueTask<TResult> Run<TArgs, TResult>(
        Call<TArgs, TResult> call, CallMethod<TArgs, TResult> method)
    {
        var activation = call.Activation!;
        using var activity = StartActivity(call);
        try
        {
            if (activation.Class.CallDirectly)
            {
                return await method.Invoke(activation.GrainInstance!, call.Args, call.Cancellation);
            }

            var filtered = new FilteredCall<TArgs, TResult>(
                activation, call.SourceId, method, call.Args, call.Cancellation);
            await filtered.Invoke();
            return filtered.TypedResult;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    private static Activity? StartActivity(GrainCall call)
    {
        if (!call.Traced)
        {
            return null;
        }

        var activity = HostMetrics.Activities.StartActivity(
            $"{call.Target.Type}.{call.MethodName}", ActivityKind.Server, call.ParentContext);

        // The key may name a client, so it belongs in a trace, which is sampled and guarded, and never in a metric.
        activity?.SetTag("grain.id", call.Target.ToString());
        return activity;
    }
}
