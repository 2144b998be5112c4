using Microsoft.AspNetCore.Http.Features;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>What the pipeline knows of a request. Each step adds its facts once; later steps only read them.</summary>
internal sealed class ModelCall
{
    public required RequestId RequestId { get; init; }

    /// <summary>The request id as clients, pools and logs see it.</summary>
    public string RequestIdText => field ??= Sessions.RequestIdText.Of(RequestId);

    /// <summary>Who calls; set by the credential step.</summary>
    public Credentials.Caller Caller { get; set; }

    /// <summary>What is asked for; set by the body step.</summary>
    public CallBody Body { get; set; } = null!;

    /// <summary>Who serves it; null until the body step found a pool.</summary>
    public Pool? Pool { get; set; }

    /// <summary>The grain that decides, kept for the call's end; null until it was asked.</summary>
    public IClientAdmission? Grain { get; set; }

    /// <summary>The decision; null until it was asked for.</summary>
    public AdmitReply? Decision { get; set; }

    /// <summary>The chunk that it was admitted by; null when its client's grain admitted it.</summary>
    public Chunks.SpentChunk? SpentOf { get; set; }

    /// <summary>True from the moment a byte may have gone to the pool.</summary>
    public bool Dispatched { get; set; }

    /// <summary>What the pool says it used; all zero until it says so.</summary>
    public Usage.TokenUsage Usage { get; set; }

    /// <summary>What was seen of the answer's text, in case the pool never says what it used.</summary>
    public StreamedText Streamed { get; set; }

    /// <summary>The status that the pool answered with; 0 until it answers.</summary>
    public int PoolStatus { get; set; }

    /// <summary>The connection that works for this call; null until a byte goes out.</summary>
    public PoolConnection? Connection { get; set; }

    /// <summary>
    /// Completed when no connection is at work for this call any more; see <see cref="PoolConnection"/>.
    /// </summary>
    public Task PoolClosed { get; set; } = Task.CompletedTask;

    /// <summary>True when the edge ended the call because it stops itself.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>
    /// Ends the call from outside of it, because the edge stops: whoever works on it finds its pool gone, and tells the
    /// client why.
    /// </summary>
    public void CutOff()
    {
        IsCutOff = true;
        Connection?.Dispose();
    }
}

internal static class ModelCallFeature
{
    /// <summary>The call that <see cref="Errors.ErrorMiddleware"/> gave to this request.</summary>
    public static ModelCall Call(this HttpContext context) => context.Features.GetRequiredFeature<ModelCall>();
}
