using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Cli.Admin;

/// <summary>What a call of the admin API came to, other than what was asked for; the message is for people.</summary>
/// <param name="exitCode">What a script is told.</param>
/// <param name="message">What happened, and what to do.</param>
internal sealed class AdminException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}

/// <summary>The admin API of a silo.</summary>
internal sealed class AdminApi : IDisposable
{
    public const string DefaultAddress = "http://127.0.0.1:8090";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;

    /// <param name="address">As <c>http://127.0.0.1:8090</c>.</param>
    /// <param name="key">An admin key, or an access token.</param>
    /// <exception cref="AdminException">It is no address.</exception>
    public AdminApi(string address, string key)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            throw new AdminException(ExitCodes.CannotTell, $"'{address}' is no address such as {DefaultAddress}.");
        }

        // Nothing leads elsewhere: the key does not go along to whoever answers so.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = parsed, Timeout = Timeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The answer's body; null when it has none.</summary>
    /// <exception cref="AdminException">It was refused, or nobody answered.</exception>
    public async Task<JsonNode?> AskAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(method, path, json, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return body.Length == 0 ? null : JsonNode.Parse(body);
    }

    /// <summary>Passes the answer's lines on as they come.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task CopyAsync(string path, Stream to, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, json: null, cancellationToken);
        await answer.Content.CopyToAsync(to, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, "/admin/v1" + path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new AdminException(
                ExitCodes.CannotTell,
                $"No silo answers at {_http.BaseAddress}: {exception.Message} Name its admin port with --admin.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AdminException(
                ExitCodes.CannotTell,
                $"{_http.BaseAddress} gave no answer within {Timeout.TotalSeconds:0} seconds. Whether it was done is "
                + "not known: look, then repeat.");
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw new AdminException(ExitCodes.Broken, await SentenceAsync(answer, cancellationToken));
        }
    }

    private static async Task<string> SentenceAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        var detail = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? (string?)JsonNode.Parse(body)?["detail"]
            : null;
        var status = (int)answer.StatusCode;
        return detail is not null ? $"{detail} ({status})"
            : answer.StatusCode is HttpStatusCode.Unauthorized ? "The admin key is refused. (401)"
            : $"The admin API answered {status}.";
    }
}
