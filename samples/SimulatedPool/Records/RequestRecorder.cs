using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Sluice.SimulatedPool.Records;

/// <summary>Remembers the last requests, as many as the options say, and forgets older ones.</summary>
internal sealed class RequestRecorder(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<RecordedRequest> _requests = new();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Remembers a request, its body to be added. Null: this pool remembers nothing.</summary>
    public RecordedRequest? Record(HttpRequest request)
    {
        if (capacity == 0)
        {
            return null;
        }

        var recorded = new RecordedRequest
        {
            Method = request.Method,
            Target = request.GetEncodedPathAndQuery(),
            Headers = request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        lock (_gate)
        {
            if (_requests.Count == capacity)
            {
                _requests.Dequeue();
            }

            _requests.Enqueue(recorded);
        }

        return recorded;
    }
}
