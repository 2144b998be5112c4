using System.Globalization;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>The <c>x-ratelimit-*</c> headers, on every answer to a known client that was decided on.</summary>
internal static class RateLimitHeaders
{
    public const string Prefix = "x-ratelimit-";

    public static void Write(IHeaderDictionary headers, in AdmitReply decision)
    {
        // A client's id stands readable in its keys; without a valid key it must not tell how busy the client is.
        if (decision.Verdict is Verdict.UnknownKey or Verdict.KeyRevoked or Verdict.KeyExpired)
        {
            return;
        }

        var requests = decision.Requests;
        if ((decision.RefusedBy ?? requests.Name) is { } binding)
        {
            headers["x-sluice-limit"] = binding;
        }

        if (requests.Name is null)
        {
            return;
        }

        headers["x-ratelimit-limit-requests"] = requests.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = requests.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = GoDuration.Format(requests.Reset);
    }
}
