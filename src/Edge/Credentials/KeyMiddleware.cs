using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;

namespace Sluice.Edge.Credentials;

/// <summary>
/// Who is calling? Refuses what cannot be a key without asking anyone: its checksum says so. Nor is anyone asked for a
/// network that has sent too many wrong ones.
/// </summary>
internal sealed class KeyMiddleware(
    RequestDelegate next, TokenCallers? tokens = null, CredentialGuard? guard = null)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (tokens is not null && TokenCallers.TokenIn(context.Request.Headers) is { } token)
        {
            return PassTokenAsync(context, tokens, token);
        }

        var error = TryRead(context.Request.Headers, out var caller);
        if (error is not null)
        {
            return RefuseAsync(context, error);
        }

        context.Call().Caller = caller;
        return guard?.WaitOf(context, caller) is { Ticks: > 0 } wait
            ? ApiError.HeldBack(wait).WriteAsync(context)
            : next(context);
    }

    /// <summary>Who is held back is told so, whatever it sends: it learns nothing from trying on.</summary>
    private Task RefuseAsync(HttpContext context, ApiError error) =>
        error.Refusal?.IsGuess() is true && guard?.WaitOf(context, caller: null) is { Ticks: > 0 } wait
            ? ApiError.HeldBack(wait).WriteAsync(context)
            : error.WriteAsync(context);

    private async Task PassTokenAsync(HttpContext context, TokenCallers judges, string token)
    {
        var (error, caller) = await judges.ReadAsync(token);
        if (error is not null)
        {
            await RefuseAsync(context, error);
            return;
        }

        context.Call().Caller = caller;
        await next(context);
    }

    private static ApiError? TryRead(IHeaderDictionary headers, out Caller caller)
    {
        caller = default;
        var text = KeyIn(headers);
        if (text.IsEmpty)
        {
            return ApiError.NoKey;
        }

        switch (KeyText.TryParse(text, out var key))
        {
            case KeyTextFault.None:
                caller = new Caller(key.ClientId, key.Version, SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret)));
                return null;
            case KeyTextFault.Checksum:
                return ApiError.MistypedKey;
            default:
                return ApiError.MalformedKey;
        }
    }

    /// <summary>
    /// OpenAI's clients send a bearer token, Azure's <c>api-key</c>, Anthropic's <c>x-api-key</c>. A header that stands
    /// twice is no key: nobody could say which one the client meant.
    /// </summary>
    private static ReadOnlySpan<char> KeyIn(IHeaderDictionary headers)
    {
        var authorization = Single(headers.Authorization);
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        var apiKey = Single(headers["api-key"]);
        return apiKey.IsEmpty ? Single(headers["x-api-key"]) : apiKey;
    }

    private static ReadOnlySpan<char> Single(StringValues values) =>
        values.Count == 1 ? values[0].AsSpan().Trim() : default;
}
