using System.Globalization;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>The <c>x-ratelimit-*</c> headers, on every answer to a known client that was decided on.</summary>
internal static class RateLimitHeaders
{
    public const string Prefix = "x-ratelimit-";

    public static void Write(IHeaderDictionary headers, in AdmitReply decision)
    {
        // A client's id stands readable in its keys; without a valid key it must not tell how busy the client is. A
        // model that a client may not see is answered like one that does not exist, and that has no such headers.
        if (decision.Verdict is
            Verdict.UnknownKey or Verdict.KeyRevoked or Verdict.KeyExpired or Verdict.KeyRetired
            or Verdict.KeyNotYetActive or Verdict.ModelUnknown)
        {
            return;
        }

        if ((decision.RefusedBy ?? decision.Requests.Name ?? decision.Tokens.Name) is { } binding)
        {
            headers["x-sluice-limit"] = binding;
        }

        var requests = decision.Requests;
        if (requests.Name is not null)
        {
            headers["x-ratelimit-limit-requests"] = Number(requests.Limit);
            headers["x-ratelimit-remaining-requests"] = Number(requests.Remaining);
            headers["x-ratelimit-reset-requests"] = GoDuration.Format(requests.Reset);
        }

        var tokens = decision.Tokens;
        if (tokens.Name is not null)
        {
            headers["x-ratelimit-limit-tokens"] = Number(tokens.Limit);
            headers["x-ratelimit-remaining-tokens"] = Number(tokens.Remaining);
            headers["x-ratelimit-reset-tokens"] = GoDuration.Format(tokens.Reset);
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
