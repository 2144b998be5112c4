using Sluice.Edge.Errors;
using Sluice.Edge.Revocations;
using Sluice.Edge.Tokens;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Credentials;

/// <summary>Who calls with an access token, and is it good still?</summary>
internal sealed class TokenCallers(
    TokenReader reader, RevocationFeed feed, RevocationMetrics metrics, IClusterClient cluster, TimeProvider time)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The token that a request carries; null when it carries something else, or nothing.</summary>
    public static string? TokenIn(IHeaderDictionary headers)
    {
        if (headers.Authorization is not [{ } header]
            || !header.AsSpan().TrimStart().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = header.AsSpan().TrimStart()["Bearer ".Length..].Trim();
        return TokenReader.IsOne(text) ? text.ToString() : null;
    }

    /// <summary>
    /// Whom a token stands for, or why it is refused. Its client's grain is asked later, as for a key.
    /// </summary>
    public async ValueTask<(ApiError? Error, Caller Caller)> ReadAsync(string text)
    {
        var (fault, verified) = await reader.ReadAsync(text);
        if (verified is null)
        {
            return (ApiError.BadToken(fault), default);
        }

        if (await IsRevokedAsync(verified.Token))
        {
            metrics.Refused(Standing.TokenRevoked);
            return (ApiError.RevokedToken, default);
        }

        var token = verified.Token;
        return (null, new Caller(token.ClientId, token.KeyVersion, verified.Digest) { Token = verified });
    }

    /// <summary>
    /// While the feed is heard it knows. While it is silent only the silos do, so they are asked for each call, as they
    /// are about chunks.
    /// </summary>
    private async ValueTask<bool> IsRevokedAsync(AccessToken token)
    {
        if (feed.View.Set.IsTokenRevoked(token))
        {
            return true;
        }

        return !feed.IsHeardWithin(FeedView.SilenceMax)
            && (await cluster.GetGrain<ITokenGrain>(token.ClientId).InspectAccess(TokenRequests.Named(token))
                .WaitAsync(AnswerTimeout, time)).Revoked;
    }
}
