using Sluice.Edge.Errors;

namespace Sluice.Edge.Policies;

/// <summary>What callers are told of a policy agent.</summary>
internal static class PolicyError
{
    /// <summary>The agent says nothing that could be understood: trouble of ours, and no verdict on the call.</summary>
    public static readonly ApiError NoAnswer = new(
        503, "server_error", "policy_unavailable",
        "The gateway cannot ask now whether this request is allowed. Please try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private const string Denied = "A policy of the operators of this gateway does not allow this request";

    /// <summary>Null when the call may go on.</summary>
    public static ApiError? Of(PolicyAnswer answer) => answer.Allow
        ? null
        : new ApiError(
            403, "invalid_request_error", "policy_denied",
            answer.Reason.Length == 0 ? $"{Denied}." : $"{Denied}: {answer.Reason.TrimEnd('.')}.");
}
