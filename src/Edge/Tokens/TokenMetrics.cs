using System.Diagnostics.Metrics;

namespace Sluice.Edge.Tokens;

/// <summary>
/// What the token service was asked for and answered. Tags are closed sets: a grant that is not ours is <c>other</c>.
/// </summary>
internal sealed class TokenMetrics
{
    private readonly Counter<long> _asked;

    public TokenMetrics(IMeterFactory meters) => _asked = meters.Create(EdgeMetrics.MeterName).CreateCounter<long>(
        "sluice.tokens.requests", "{request}", "Requests to the token service, by what was asked and what came of it.");

    /// <summary>A token was asked for.</summary>
    /// <param name="grant">By which grant, as the request says it.</param>
    /// <param name="error">Why there was none; null when there was.</param>
    public void Asked(string? grant, OAuthError? error) => Add(
        grant switch
        {
            "client_credentials" => "client_credentials",
            "refresh_token" => "refresh_token",
            TokenRequests.CodeGrant => "authorization_code",
            TokenRequests.ExchangeGrant => "token_exchange",
            _ => "other",
        },
        error);

    /// <summary>A token was to be ended.</summary>
    public void Revoked(OAuthError? error) => Add("revocation", error);

    /// <summary>Somebody asked what a token is worth.</summary>
    public void Introspected(OAuthError? error) => Add("introspection", error);

    private void Add(string asked, OAuthError? error) => _asked.Add(
        1,
        new KeyValuePair<string, object?>("asked", asked),
        new KeyValuePair<string, object?>("outcome", error?.Error ?? "ok"));
}
