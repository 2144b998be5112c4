using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Sessions;

/// <summary>
/// A request id as clients, pools and logs see it: <c>req_&lt;session&gt;_&lt;sequence&gt;</c>, in hexadecimal.
/// </summary>
internal static class RequestIdText
{
    public const string Header = "x-request-id";

    public static string Of(RequestId requestId) =>
        string.Create(null, $"req_{requestId.EdgeSession:x}_{requestId.Sequence:x}");
}
