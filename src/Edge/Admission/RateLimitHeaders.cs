using System.Globalization;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>The <c>x-ratelimit-*</c> headers, on every answer to a request that was decided on.</summary>
internal static class RateLimitHeaders
{
    public const string Prefix = "x-ratelimit-";

    public static void Write(IHeaderDictionary headers, in AdmitReply decision)
    {
        var requests = decision.Requests;
        if (requests.Name is null)
        {
            return;
        }

        headers["x-ratelimit-limit-requests"] = requests.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = requests.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = GoDuration.Format(requests.Reset);
        headers["x-sluice-limit"] = decision.RefusedBy ?? requests.Name;
    }
}
