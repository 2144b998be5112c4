using Microsoft.AspNetCore.Http.Features;
using Sluice.Edge.Errors;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Credentials;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>What the pipeline knows of a request. Each step adds its facts once; later steps only read them.</summary>
internal sealed partial class ModelCall
{
    public required RequestId RequestId { get; init; }

    /// <summary>The request id as clients, pools and logs see it.</summary>
    public string RequestIdText => field ??= Sessions.RequestIdText.Of(RequestId);

    /// <summary>Who calls; set by the credential step.</summary>
    public Credentials.Caller Caller { get; set; }

    /// <summary>Why its credential was refused; null when it was not.</summary>
    public CredentialRefusal? Refusal { get; set; }

    /// <summary>The code of the error that it was answered with; null for none.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The path behind <c>/v1/</c> that it came to.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Where it came from, see <see cref="AddressBits"/>; 0 when that is not known.</summary>
    public UInt128 ClientAddress { get; set; }

    /// <summary>The page that calls from a browser; null: none does, or browsers are not let in.</summary>
    public string? Origin { get; set; }

    /// <summary>What is asked for; set by the body step.</summary>
    public CallBody Body { get; set; } = null!;

    /// <summary>Who serves it; null until the body step found a pool.</summary>
    public Pool? Pool { get; set; }

    /// <summary>The grain that decides, kept for the call's end; null until it was asked.</summary>
    public IClientAdmission? Grain { get; set; }

    /// <summary>The decision; null until it was asked for.</summary>
    public AdmitReply? Decision { get; set; }

    /// <summary>True once the grain has answered anything, be it that it is not ready to decide.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>True once the grain was asked: whatever becomes of the answer, it may have admitted.</summary>
    public bool IsAsked { get; set; }

    /// <summary>True: nobody waits for the grain's decision any more.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>From its admission until the pool has let go of it.</summary>
    public bool IsRunning { get; set; }

    /// <summary>True: this edge admitted it while the grain was out of reach, and it holds no slot there.</summary>
    public bool IsDegraded { get; set; }

    /// <summary>True: that the grain is out of reach was logged, for all of the client's calls.</summary>
    public bool IsOutageTold { get; set; }

    /// <summary>Told when it runs no more, by then with all that it used; null when nobody wants to know.</summary>
    public Action<ModelCall>? Ended { get; set; }

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
    public IPoolConnection? Connection { get; set; }

    /// <summary>
    /// Completed when no connection is at work for this call any more; see <see cref="PoolConnection"/>.
    /// </summary>
    public Task PoolClosed { get; set; } = Task.CompletedTask;

    /// <summary>
    /// The activation that admitted it, as its edge believes; 0 until it is admitted. With
    /// <see cref="SlotSent"/> under the lock of <see cref="Admission.SlotFences"/>.
    /// </summary>
    public long SlotEpoch { get; set; }

    /// <summary>Timestamp from before the last thing was sent that gave its slot a new deadline.</summary>
    public long SlotSent { get; set; }

    /// <summary>True when it goes on though its slot could not be renewed, and has been counted so.</summary>
    public bool IsUnrenewed { get; set; }

    /// <summary>Why the edge itself ended the call; null when it did not.</summary>
    public ApiError? CutOffWith { get; private set; }

    /// <summary>True when the edge ended the call, as it stops itself or the call's slot is lost.</summary>
    public bool IsCutOff => CutOffWith is not null;

    /// <summary>
    /// Ends the call from outside of it: whoever works on it finds its pool gone, and tells the client why.
    /// </summary>
    /// <param name="why">What its client is told; null: the edge stops.</param>
    public void CutOff(ApiError? why = null)
    {
        CutOffWith ??= why ?? ApiError.Stopping;
        Connection?.Dispose();
    }
}

internal static class ModelCallFeature
{
    /// <summary>The call that <see cref="Errors.ErrorMiddleware"/> gave to this request.</summary>
    public static ModelCall Call(this HttpContext context) => context.Features.GetRequiredFeature<ModelCall>();

    /// <summary>Keeps what a request is answered with, for those who count it and log it.</summary>
    public static void AnsweredWith(this HttpContext context, string? code, CredentialRefusal? refusal)
    {
        if (context.Features.Get<ModelCall>() is { } call)
        {
            (call.ErrorCode, call.Refusal) = (code, refusal);
        }
    }
}
