using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Credentials;
using Sluice.Rules.Tokens;
using ReplayMode = Sluice.Grains.Abstractions.Clients.ReplayMode;
using RuleMode = Sluice.Rules.Credentials.ReplayMode;

namespace Sluice.Edge.Credentials;

/// <summary>
/// Lets no call through twice where its client asks for that. A name counts as used once its call was admitted: one
/// that was refused may come again under its name.
/// </summary>
internal sealed class ReplayGuard(IClusterClient cluster, IOptions<EdgeOptions> options, TimeProvider time)
{
    public const string Header = "Idempotency-Key";

    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>Why a call that was admitted may not go on; null when it may.</summary>
    /// <param name="call">The call.</param>
    /// <param name="mode">What its client asks for; not <see cref="ReplayMode.Off"/>.</param>
    /// <param name="headers">What it came with.</param>
    /// <exception cref="TimeoutException">Nobody could say in time whether its name was used.</exception>
    public async Task<ApiError?> RefusalOfAsync(ModelCall call, ReplayMode mode, IHeaderDictionary headers)
    {
        // A mode that is not known here is a newer one: the strictest that is known.
        var rule = mode is ReplayMode.Key ? RuleMode.Key : RuleMode.Nonce;
        var text = headers[Header] is [{ } one] ? one : null;
        var fault = ReplayKey.TryRead(rule, text, time.GetUtcNow(), out var key);
        if (fault is not ReplayFault.None)
        {
            return ApiError.ReplayKey(fault, isNonce: rule is RuleMode.Nonce);
        }

        var digest = Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(key.Name)));
        var by = $"{call.RequestId.EdgeSession}-{call.RequestId.Sequence}";
        var use = new ReplayUse(digest, by, key.ExpiresAt);
        var answer = await cluster.GetGrain<IReplayGrain>(ReplayUse.KeyOf(call.Caller.ClientId, digest)).Use(use)
            .WaitAsync(_timeout, time);
        return answer switch
        {
            ReplayAnswer.First => null,
            ReplayAnswer.Again => ApiError.Replayed,
            _ => ApiError.Undecided,
        };
    }
}
