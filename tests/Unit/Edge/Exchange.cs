using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Edge.Calls;

namespace Sluice.Unit.Edge;

/// <summary>A request and what is answered to it, without a server.</summary>
internal sealed class Exchange : IHttpRequestLifetimeFeature
{
    public Exchange(ModelCall? call = null)
    {
        Context.Response.Body = new MemoryStream();
        Context.Features.Set<IHttpRequestLifetimeFeature>(this);
        if (call is not null)
        {
            Context.Features.Set(call);
        }
    }

    public DefaultHttpContext Context { get; } = new();

    public IHeaderDictionary Headers => Context.Response.Headers;

    public int Status => Context.Response.StatusCode;

    public byte[] Answer => ((MemoryStream)Context.Response.Body).ToArray();

    public string Text => Encoding.UTF8.GetString(Answer);

    /// <summary>The error in the body.</summary>
    public JsonElement Error => JsonDocument.Parse(Answer).RootElement.GetProperty("error");

    public string? Code => Error.GetProperty("code").GetString();

    public string? Message => Error.GetProperty("message").GetString();

    /// <summary>True when the connection was cut, which a client must see.</summary>
    public bool Cut { get; private set; }

    public CancellationToken RequestAborted { get; set; }

    public void Abort() => Cut = true;

    public void HangUp() => RequestAborted = new CancellationToken(canceled: true);
}
