using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Grains.Federation;

namespace Sluice.Silo.Federation;

/// <summary>
/// Asks identity providers to say who somebody is. Nothing of what is sent or comes back is in any message: addresses
/// and answers hold secrets.
/// </summary>
internal sealed class ProviderRequests(
    ProviderConnections connections, IOptions<FederationOptions> options, TimeProvider time)
    : IProviderRequests, IDisposable
{
    private readonly HttpClient _http = connections.NewClient();

    public async Task<ProviderAnswer> SendAsync(ProviderQuestion question, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Value.AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = RequestOf(question);
        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseContentRead, either.Token);
            return new ProviderAnswer(
                (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new ProviderAwayException($"it did not answer within {options.Value.AnswerTimeout}", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new ProviderAwayException(ProviderConnections.ReasonOf(exception), exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage RequestOf(ProviderQuestion question)
    {
        var request = new HttpRequestMessage(
            question.Form is null ? HttpMethod.Get : HttpMethod.Post, question.Address);
        request.Headers.Accept.ParseAdd("application/json");
        if (question.Form is { } form)
        {
            request.Content = new FormUrlEncodedContent(form);
        }

        if (question.Basic is var (id, secret))
        {
            // Each is encoded as in a form before they are put together (RFC 6749, 2.3.1).
            var both = $"{Encode(id)}:{Encode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(both)));
        }

        return request;
    }

    private static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
