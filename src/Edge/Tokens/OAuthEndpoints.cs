using System.Globalization;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Logins;
using Sluice.Grains.Abstractions.Issuers;

namespace Sluice.Edge.Tokens;

/// <summary>The token service as clients see it. Where no tokens are issued, none of it is there.</summary>
internal static class OAuthEndpoints
{
    public const string Root = "/oauth";

    private const string TokenPath = Root + "/token";
    private const string RevocationPath = Root + "/revoke";
    private const string IntrospectionPath = Root + "/introspect";
    private const string KeySetPath = "/.well-known/jwks.json";
    private const string ServerPath = "/.well-known/oauth-authorization-server";
    private const string OpenIdPath = "/.well-known/openid-configuration";

    /// <summary>Others may ask for the keys as often as they like; they get what was known a second ago.</summary>
    private static readonly TimeSpan KeySetAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    public static void MapOAuth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(TokenPath, TokenAsync);
        endpoints.MapPost(RevocationPath, RevokeAsync);
        endpoints.MapPost(IntrospectionPath, IntrospectAsync);
        endpoints.MapGet(KeySetPath, KeySetAsync);
        endpoints.MapGet(ServerPath, DescribeAsync);
        endpoints.MapGet(OpenIdPath, DescribeAsync); // Where those look for keys who know no other place.
    }

    private static async Task TokenAsync(
        HttpContext context, IssuerKeys keys, TokenRequests requests, CredentialGuard guard, TokenMetrics metrics)
    {
        if (await FormAsync(context, keys, guard) is not var (form, issuer))
        {
            return;
        }

        var (token, error) = await requests.IssueAsync(form, issuer);
        metrics.Asked(form["grant_type"], error);
        OAuthAnswer.NoStore(context.Response);
        if (token is not null && form.Presented is { } caller)
        {
            guard.Found(caller);
        }

        await (token is null
            ? error!.WriteAsync(context)
            : context.Response.WriteAsJsonAsync(token, OAuthJson.Default.TokenDocument));
    }

    private static async Task RevokeAsync(
        HttpContext context, IssuerKeys keys, TokenRequests requests, CredentialGuard guard, TokenMetrics metrics)
    {
        if (await FormAsync(context, keys, guard) is not var (form, _))
        {
            return;
        }

        OAuthAnswer.NoStore(context.Response);
        var error = await requests.RevokeAsync(form);
        metrics.Revoked(error);
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private static async Task IntrospectAsync(
        HttpContext context, IssuerKeys keys, TokenRequests requests, CredentialGuard guard, TokenMetrics metrics)
    {
        if (await FormAsync(context, keys, guard) is not var (form, _))
        {
            return;
        }

        var (token, error) = await requests.IntrospectAsync(form);
        metrics.Introspected(error);
        OAuthAnswer.NoStore(context.Response);
        await (token is null
            ? error!.WriteAsync(context)
            : context.Response.WriteAsJsonAsync(token, OAuthJson.Default.IntrospectionDocument));
    }

    private static async Task KeySetAsync(HttpContext context, IssuerKeys keys)
    {
        var view = await keys.NoOlderThanAsync(KeySetAge);
        if (view.Expectation is null)
        {
            await ApiError.NoSuchUrl(context.Request).WriteAsync(context);
            return;
        }

        var response = context.Response;
        response.Headers.ETag = view.ETag;
        AllowCaching(response, view.Description);
        if (context.Request.Headers.IfNoneMatch.Contains(view.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/jwk-set+json";
        await response.Body.WriteAsync(view.KeySet, context.RequestAborted);
    }

    private static async Task DescribeAsync(HttpContext context, IssuerKeys keys)
    {
        var view = await keys.CurrentAsync();
        if (view.Expectation is null)
        {
            await ApiError.NoSuchUrl(context.Request).WriteAsync(context);
            return;
        }

        var issuer = view.Description.Issuer;
        string[] grants =
        [
            TokenRequests.CodeGrant, TokenRequests.ExchangeGrant, "refresh_token",
            .. view.Description.ClientCredentials ? (string[])["client_credentials"] : [],
        ];
        AllowCaching(context.Response, view.Description);
        await context.Response.WriteAsJsonAsync(
            new ServerDocument(
                issuer, issuer + LoginEndpoints.AuthorizationPath, issuer + TokenPath, issuer + RevocationPath,
                issuer + IntrospectionPath, issuer + KeySetPath, grants),
            OAuthJson.Default.ServerDocument);
    }

    /// <summary>A request that is one, and the issuer; null: it was answered.</summary>
    private static async Task<(OAuthForm Form, IssuerDescription Issuer)?> FormAsync(
        HttpContext context, IssuerKeys keys, CredentialGuard guard)
    {
        var view = await keys.CurrentAsync();
        if (view.Expectation is null)
        {
            await ApiError.NoSuchUrl(context.Request).WriteAsync(context);
            return null;
        }

        var (form, error) = await OAuthForm.ReadAsync(context);
        if (form is null)
        {
            await error!.WriteAsync(context);
            return null;
        }

        context.Call().Caller = form.Presented ?? default;
        if (guard.WaitOf(context, form.Presented) is { Ticks: > 0 } wait)
        {
            await OAuthError.HeldBack(wait).WriteAsync(context);
            return null;
        }

        return (form, view.Description);
    }

    /// <summary>No longer than others are said to remember keys, which is what their lead is made for.</summary>
    private static void AllowCaching(HttpResponse response, IssuerDescription issuer)
    {
        var age = issuer.VerifierCache < MaxAge ? issuer.VerifierCache : MaxAge;
        response.Headers.CacheControl =
            string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)age.TotalSeconds}");
    }
}
