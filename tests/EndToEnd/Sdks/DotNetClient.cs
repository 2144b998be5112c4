using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Sdks;

/// <summary>The official .NET client, unmodified but for its address, and what it sent.</summary>
internal sealed class DotNetClient : IDisposable
{
    private readonly CountingHandler _sent = new() { InnerHandler = new SocketsHttpHandler() };
    private readonly HttpClient _http;
    private readonly OpenAIClientOptions _options;
    private readonly ApiKeyCredential _credential;

    public DotNetClient(SluiceProcess sluice, string key)
    {
        _http = new HttpClient(_sent);
        _credential = new ApiKeyCredential(key);
        _options = new OpenAIClientOptions
        {
            Endpoint = new Uri(sluice.Edge, "/v1"),
            Transport = new HttpClientPipelineTransport(_http),
        };
    }

    /// <summary>Requests that it sent, repeats included.</summary>
    public int Sent => _sent.Count;

    public OpenAIModelClient Models => new(_credential, _options);

    public ChatClient Chat(string model = EdgeClient.Model) => new(model, _credential, _options);

    public EmbeddingClient Embeddings(string model) => new(model, _credential, _options);

    public void Dispose()
    {
        _http.Dispose();
        _sent.Dispose();
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
