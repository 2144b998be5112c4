using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Admission;
using Sluice.Rules.Credentials;
using Sluice.Rules.Tokens;
using Verdict = Sluice.Grains.Abstractions.Clients.Verdict;

namespace Sluice.Edge.Errors;

/// <summary>
/// An answer that is not a model's, in the dialect that OpenAI's clients parse: all four keys are always there.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">Its class, such as <c>invalid_request_error</c>.</param>
/// <param name="Code">What a program tells it by.</param>
/// <param name="Message">What happened and what to do, for a person.</param>
/// <param name="Param">The parameter at fault; null when it is none.</param>
internal sealed record ApiError(
    [property: JsonIgnore] int Status,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("param")] string? Param = null)
{
    /// <summary>When to ask again; null when waiting does not help, which clients are then told.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What a 401 or a 403 asks for (RFC 6750, 3).</summary>
    [JsonIgnore]
    public string? Challenge { get; init; }

    /// <summary>What was wrong with the credential, so that it is counted; null when that was not why.</summary>
    [JsonIgnore]
    public CredentialRefusal? Refusal { get; init; }

    private const string BadTokenChallenge = "Bearer error=\"invalid_token\"";
    private const string Invalid = "invalid_request_error";
    private const string Rate = "rate_limit_exceeded";
    private const string Quota = "insufficient_quota";
    private const string Server = "server_error";

    public static readonly ApiError NoKey = new(
        401, Invalid, "invalid_api_key", "You did not provide an API key. Send it as 'Authorization: Bearer slk_…'.")
    {
        Refusal = CredentialRefusal.Absent,
    };

    public static readonly ApiError MalformedKey = new(
        401, Invalid, "invalid_api_key", "Incorrect API key provided: it does not have the form of a key of ours.")
    {
        Refusal = CredentialRefusal.Malformed,
    };

    public static readonly ApiError MistypedKey = new(
        401, Invalid, "invalid_api_key",
        "Incorrect API key provided: its checksum is wrong, so a character was changed or lost. Copy it again.")
    {
        Refusal = CredentialRefusal.Checksum,
    };

    public static readonly ApiError RevokedToken = new(
        401, Invalid, "token_revoked", "This access token was revoked. Ask for another one.")
    {
        Challenge = BadTokenChallenge, Refusal = CredentialRefusal.Revoked,
    };

    public static readonly ApiError NotJson = new(
        415, Invalid, "unsupported_content_type", "The body must be JSON: send 'Content-Type: application/json'.");

    public static readonly ApiError Unexpected = new(
        500, Server, "internal_error", "The gateway failed to handle this request. Tell its operators the request id.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static readonly ApiError Undecided = new(
        503, Server, "service_unavailable", "The gateway cannot decide on requests now. Please try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static readonly ApiError Replayed = new(
        409, Invalid, "request_replayed",
        "A request with this Idempotency-Key was let through before. Send another request under another one.");

    public static readonly ApiError Stopping = new(
        503, Server, "gateway_stopping", "The gateway had to stop before this answer was complete. Please try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static readonly ApiError SlotLost = new(
        503, Server, "slot_lost",
        "The gateway could not hold this request's place among those that may run at once. Please try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static readonly ApiError NotLogged = new(
        503, Server, "usage_log_full",
        "The gateway cannot record what requests use now, and your plan wants every one recorded. Please try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    /// <summary>
    /// What a token is refused with. How it was wrong is told as far as it helps whoever was issued one.
    /// </summary>
    public static ApiError BadToken(TokenFault fault) => (fault is TokenFault.Expired
        ? new ApiError(401, Invalid, "token_expired", "This access token has expired. Ask for another one.")
        : new ApiError(401, Invalid, "invalid_token", "Incorrect access token provided.")) with
    {
        Challenge = BadTokenChallenge,
        Refusal = fault is TokenFault.Expired ? CredentialRefusal.Expired : CredentialRefusal.BadToken,
    };

    /// <summary>What is wrong with the name of a call, where its client asks that each has one.</summary>
    public static ApiError ReplayKey(ReplayFault fault, bool isNonce) => new(
        400, Invalid, fault is ReplayFault.Stale ? "idempotency_key_stale" : "idempotency_key_required",
        fault is ReplayFault.Stale
            ? "The UUID in Idempotency-Key was made more than 5 minutes ago, or your clock is ahead. Make a new one."
            : isNonce
                ? "Every request of this client needs a UUID of version 7 of its own in the header Idempotency-Key."
                : "Every request of this client needs a text of its own in the header Idempotency-Key: 1 to 255 "
                    + "visible characters.");

    /// <summary>What a network is told that has sent too many wrong credentials.</summary>
    public static ApiError HeldBack(TimeSpan retryAfter) => new(
        429, Rate, "too_many_wrong_keys",
        "Too many wrong keys came from your network. Those that were in use here before are served; please try again "
        + $"in {Seconds(retryAfter)}s.")
    {
        RetryAfter = retryAfter, Refusal = CredentialRefusal.HeldBack,
    };

    public static ApiError BadRequest(string message, string? param = null) =>
        new(400, Invalid, "invalid_request", message, param);

    public static ApiError BodyTooLarge(int bytesMax) => new(
        413, Invalid, "request_too_large", $"The body is larger than the {bytesMax} bytes that are accepted.");

    public static ApiError ModelNotFound(string model) => new(
        404, Invalid, "model_not_found",
        $"The model '{Shown(model)}' does not exist or you do not have access to it.", "model");

    public static ApiError NoSuchUrl(HttpRequest request) => new(
        404, Invalid, "unknown_url", $"Unknown request URL: {request.Method} {request.Path}.");

    public static ApiError WrongMethod(HttpRequest request) => new(
        405, Invalid, "method_not_allowed", $"{request.Path} does not accept {request.Method}.");

    /// <summary>What a refusal says over HTTP.</summary>
    public static ApiError For(in AdmitReply reply, ModelCall call) =>
        For(reply.Verdict, call, reply.RefusedBy, reply.RetryAfter, reply.Shortage);

    public static ApiError For(
        Verdict verdict, ModelCall call, string? refusedBy, TimeSpan retryAfter = default,
        LimitShortage shortage = default)
    {
        var error = OfVerdict(verdict, call, refusedBy, retryAfter, shortage) with { Refusal = RefusalOf(verdict) };
        return call.Caller.Token is null ? error
            : error.Status == StatusCodes.Status401Unauthorized ? error with { Challenge = BadTokenChallenge }
            : verdict is Verdict.ModelForbidden && !call.Caller.Allows(call.Body.Model) ? error with
            {
                Code = "insufficient_scope", Challenge = "Bearer error=\"insufficient_scope\"",
            }
            : verdict is Verdict.RoleForbidden ? error with { Challenge = RoleError.Challenge }
            : error;
    }

    /// <summary>What a verdict says against the credential; null when it says nothing against it.</summary>
    public static CredentialRefusal? RefusalOf(Verdict verdict) => verdict switch
    {
        Verdict.UnknownKey => CredentialRefusal.Unknown,
        Verdict.KeyRevoked => CredentialRefusal.Revoked,
        Verdict.KeyExpired => CredentialRefusal.Expired,
        Verdict.KeyRetired or Verdict.KeyNotYetActive => CredentialRefusal.OutOfUse,
        Verdict.ClientSuspended => CredentialRefusal.Suspended,
        Verdict.AddressForbidden => CredentialRefusal.Elsewhere,
        _ => null,
    };

    /// <summary>The one table from refusals to HTTP. A new verdict without a row fails its unit test.</summary>
    private static ApiError OfVerdict(
        Verdict verdict, ModelCall call, string? refusedBy, TimeSpan retryAfter, LimitShortage shortage) =>
        verdict switch
        {
            Verdict.UnknownKey => new(401, Invalid, "invalid_api_key", "Incorrect API key provided."),
            Verdict.KeyRevoked => new(401, Invalid, "api_key_revoked", "This API key was revoked. Use another one."),
            Verdict.KeyExpired => new(401, Invalid, "api_key_expired", "This API key has expired. Use a newer one."),
            Verdict.KeyRetired => new(
                401, Invalid, "api_key_retired",
                "This API key was replaced by a newer one, and its time beside it is over. Use the newer one."),
            Verdict.KeyNotYetActive => new(
                401, Invalid, "key_not_yet_active",
                "This API key is not accepted yet. Use the one before it until then.")
            {
                RetryAfter = retryAfter > TimeSpan.Zero ? retryAfter : null,
            },
            Verdict.ClientSuspended => new(
                403, Invalid, "client_suspended", "This client is suspended. Contact its administrator."),
            Verdict.AddressForbidden => new(
                403, Invalid, "address_not_allowed",
                "This client's credentials may not be used from your address "
                + $"({AddressBits.Text(call.ClientAddress)}). Ask its administrator to allow it."),
            Verdict.ModelUnknown => ModelNotFound(call.Body.Model),
            Verdict.RoleForbidden => new(
                403, Invalid, "role_not_allowed", $"Your role does not allow {RoleError.WhatOf(refusedBy, call)}.",
                RoleError.ParamOf(refusedBy)),
            Verdict.ModelForbidden => new(
                403, Invalid, "model_not_allowed",
                $"You are not allowed to use the model '{Shown(call.Body.Model)}'.", "model"),
            Verdict.QuotaExhausted => new(
                429, Quota, Quota,
                $"You exceeded {(IsOfTenant(refusedBy) ? "the current quota of your tenant" : "your current quota")} "
                + $"('{NameOf(refusedBy)}'{In(", ", shortage)}). Check your plan."),
            Verdict.NoFreeSlot => new(
                429, Rate, Rate,
                $"Too many requests at once (limit '{NameOf(refusedBy)}'{OfTenant(refusedBy)}). Please try again in "
                + $"{Seconds(retryAfter)}s.")
            {
                RetryAfter = retryAfter,
            },
            Verdict.RateLimited => new(
                429, Rate, Rate,
                $"Rate limit '{NameOf(refusedBy)}'{OfTenant(refusedBy)}{In(" of ", shortage)} reached. Please "
                + $"try again in {Seconds(retryAfter)}s.")
            {
                RetryAfter = retryAfter,
            },

            // Waiting does not help, so no time is named.
            Verdict.TooLarge => new(
                429, Rate, Rate,
                $"Request too large for rate limit '{NameOf(refusedBy)}'{OfTenant(refusedBy)}: it may need "
                + $"{Amount(shortage.Cost, shortage)}, and the limit holds {Amount(shortage.Most, shortage)} at most. "
                + "Send or ask for less at once."),
            Verdict.Pending => Undecided,
            _ => throw new UnreachableException($"No error is defined for {verdict}."),
        };

    /// <summary>Writes the error. Waits are rounded up, to a second at least: whoever obeys them is let in.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        context.AnsweredWith(Code, Refusal);
        response.StatusCode = Status;
        if (Challenge is not null || Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = Challenge ?? "Bearer";
        }

        if (RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Seconds(retryAfter).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] =
                Math.Max(1, (long)Math.Ceiling(retryAfter.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
        }

        // Above a minute some clients retry early instead of waiting, so they are told not to retry at all.
        var retry = RetryAfter is { } wait && wait <= TimeSpan.FromSeconds(60);
        response.Headers["x-should-retry"] = retry ? "true" : "false";
        response.ContentType = "application/json";
        var told = this with { Message = DecisionHeader.Told(Message, response.Headers) };
        return response.Body.WriteAsync(told.ToJson(), context.RequestAborted).AsTask();
    }

    public byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(new ApiErrorBody(this), ApiErrorJson.Default.ApiErrorBody);

    private static bool IsOfTenant(string? refusedBy) =>
        refusedBy?.StartsWith(TenantRules.NamePrefix, StringComparison.Ordinal) is true;

    private static string OfTenant(string? refusedBy) => IsOfTenant(refusedBy) ? " of your tenant" : "";

    private static string? NameOf(string? refusedBy) =>
        IsOfTenant(refusedBy) ? refusedBy![TenantRules.NamePrefix.Length..] : refusedBy;

    private static string In(string before, in LimitShortage shortage) =>
        shortage.Unit is null ? "" : before + shortage.Unit;

    private static string Amount(long amount, in LimitShortage shortage) =>
        string.Create(CultureInfo.InvariantCulture, $"{amount} {shortage.Unit ?? "units"}");

    private static long Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));

    // A model's name comes from the client; a page of it does not help anyone.
    internal static string Shown(string model) => model.Length <= 100 ? model : model[..100] + "…";
}

/// <summary>The error as it stands in a body.</summary>
internal sealed record ApiErrorBody([property: JsonPropertyName("error")] ApiError Error);

[JsonSerializable(typeof(ApiErrorBody))]
internal sealed partial class ApiErrorJson : JsonSerializerContext;
