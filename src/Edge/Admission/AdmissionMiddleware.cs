using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Policies;
using Sluice.Edge.Revocations;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Admission;

/// <summary>
/// May they? Asks the client's grain once, forwards if admitted, and completes the request whatever happens.
/// </summary>
internal sealed class AdmissionMiddleware(
    RequestDelegate next, Decisions decisions, LiveCalls live, Completions completions, EdgeMetrics metrics,
    UsageBuffer? usage = null, RevocationFeed? feed = null, RevocationMetrics? revocations = null,
    CredentialGuard? guard = null, PolicyAgent? agent = null, ReplayGuard? replays = null)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var call = context.Call();
        DecisionHeader.Write(context.Response.Headers, call);

        // Live before it is asked for: a renewal that overtakes the answer must not free the slot it brings.
        live.Add(call);
        var completing = false;
        try
        {
            var reply = await decisions.AskAsync(call, context.RequestAborted);
            call.Decision = reply;
            RateLimitHeaders.Write(context.Response.Headers, reply);
            DecisionHeader.Withhold(context.Response.Headers, reply.Verdict);
            if (ApiError.RefusalOf(reply.Verdict) is null && call.SpentOf is null)
            {
                guard?.Found(call.Caller); // Chunks are for keys that were found before.
            }

            if (reply.Verdict is not Verdict.Admitted)
            {
                await ApiError.For(reply, call).WriteAsync(context);
                live.Remove(call);
                completing = true; // A refusal took nothing, so there is nothing to complete.
                return;
            }

            // Whoever admitted it: a chunk, this edge alone, or a grain that had not heard or answered before.
            if (feed is not null && feed.Judge(call.Caller, reply) is var standing and not Standing.Good)
            {
                revocations?.Refused(standing);
                await (standing is Standing.KeyRevoked
                    ? ApiError.For(Verdict.KeyRevoked, call, refusedBy: null)
                    : ApiError.Undecided).WriteAsync(context);
                return; // What was taken is given back below.
            }

            if (usage?.MustRefuse(reply) is true)
            {
                usage.Refused();
                await ApiError.NotLogged.WriteAsync(context);
                return; // What was taken is given back below.
            }

            if (agent is not null && await agent.RefusalOfAsync(call, reply) is { } denied)
            {
                await denied.WriteAsync(context);
                return; // What was taken is given back below.
            }

            // Last: a call that something else refuses may come again under its name.
            if (reply.Replay is not ReplayMode.Off && replays is not null
                && await replays.RefusalOfAsync(call, reply.Replay, context.Request.Headers) is { } replayed)
            {
                await replayed.WriteAsync(context);
                return; // What was taken is given back below.
            }

            if (reply.StateOutputCap)
            {
                OutputCapping.StateCap(context); // So that the pool keeps to what was reserved.
            }

            metrics.CallStarted(call.Pool!.Name);
            try
            {
                await next(context);
            }
            finally
            {
                metrics.CallEnded(call);
            }
        }
        finally
        {
            if (!completing)
            {
                // Also after an exception: refused or granted, we may not know. Completing frees what was granted.
                completions.Post(call);
            }
        }
    }
}
