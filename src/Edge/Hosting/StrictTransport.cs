using Microsoft.Extensions.Options;

namespace Sluice.Edge.Hosting;

/// <summary>Tells browsers to come over TLS only (RFC 6797). Over plain HTTP it must not be said.</summary>
internal static class StrictTransport
{
    public static void UseStrictTransport(this WebApplication app)
    {
        var value = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value.StrictTransportSecurity;
        if (value.Length == 0)
        {
            return;
        }

        app.Use((context, next) =>
        {
            if (context.Request.IsHttps)
            {
                context.Response.Headers.StrictTransportSecurity = value;
            }

            return next(context);
        });
    }
}
