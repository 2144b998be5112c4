using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Silo.Configuration;
using Sluice.Silo.Security;
using RotationAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Created<Sluice.Silo.Admin.RotationDocument>,
    Microsoft.AspNetCore.Http.HttpResults.Ok<Sluice.Silo.Admin.RotationDocument>,
    Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult>;

namespace Sluice.Silo.Admin;

/// <summary>Keys that are replaced by newer versions of themselves, and the secrets that are fetched.</summary>
internal sealed class RotationEndpoints(IClusterClient cluster, KeySecrets secrets, IOptions<SiloOptions> options)
{
    private const int RotationIdBytes = 12;

    public static void Map(IEndpointRouteBuilder admin)
    {
        var keys = admin.MapGroup("/clients/{id}/keys").WithTags("Keys");
        keys.MapPost("/{keyId}/rotations", RotateAsync)
            .WithSummary("Make a new version of a key, which takes over later. Its text is in this answer.");
        keys.MapPost("/{keyId}/emergency", RotateAtOnceAsync)
            .WithSummary("Replace a key that is no longer secret: its new version works at once, and no other does.");
        keys.MapGet("/{keyId}/rotations/{rotationId}/secret", FetchAsync)
            .WithSummary("The text of a rotation's new key, as often as it is asked for, until it is acknowledged.");
        keys.MapPost("/{keyId}/rotations/{rotationId}/ack", AcknowledgeAsync)
            .WithSummary("The new key has arrived: nobody can fetch it any more.");
        keys.MapPost("/{keyId}/rotations/{rotationId}/cancel", CancelAsync)
            .WithSummary("Give a rotation up whose version has not taken over.");
        keys.MapPatch("/{version:int}", RetireAsync).WithSummary("Move the end of a replaced version's overlap.");
        admin.MapGet("/deliveries", ListAsync).WithTags("Keys")
            .WithSummary("Secrets that can be fetched now, of all clients, in the order of the clients' ids.");
    }

    private static Task<RotationAnswer> RotateAsync(
        HttpContext context, string id, string keyId, NewRotationDocument? request, RotationEndpoints endpoints)
    {
        var rotationId = request?.RotationId
            ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RotationIdBytes));
        return endpoints.BeginAsync(
            context, id, request?.Lifetime, lifetime => grain => grain.Rotate(new RotateKeyRequest
            {
                KeyId = keyId, RotationId = rotationId, ExpectedVersion = request?.ExpectedVersion ?? 0,
                Lifetime = lifetime, Label = request?.Label,
            }));
    }

    private static Task<RotationAnswer> RotateAtOnceAsync(
        HttpContext context, string id, string keyId, EmergencyDocument request, RotationEndpoints endpoints) =>
        endpoints.BeginAsync(
            context, id, request.Lifetime, lifetime => grain => grain.RotateAtOnce(new RotateKeyRequest
            {
                KeyId = keyId, RotationId = request.RotationId ?? "", Lifetime = lifetime, Label = request.Label,
                Reason = request.Reason ?? "",
            }));

    private static async Task<Results<Ok<RotationDocument>, ProblemHttpResult>> FetchAsync(
        HttpContext context, string id, string keyId, string rotationId, RotationEndpoints endpoints)
    {
        if (SecretChannel.Refusal(context, endpoints.Options) is { } refusal)
        {
            return refusal;
        }

        if (endpoints.Grain(id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var reply = await grain.FetchSecret(new RotationRef(keyId, rotationId));
        return reply.Reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok(await endpoints.DocumentAsync(context, id, reply))
            : AdminResults.Refusal(reply.Reply);
    }

    private static Task<Results<NoContent, ProblemHttpResult>> AcknowledgeAsync(
        string id, string keyId, string rotationId, RotationEndpoints endpoints) =>
        endpoints.ChangeAsync(id, grain => grain.Acknowledge(new RotationRef(keyId, rotationId)));

    private static Task<Results<NoContent, ProblemHttpResult>> CancelAsync(
        string id, string keyId, string rotationId, RotationEndpoints endpoints) =>
        endpoints.ChangeAsync(id, grain => grain.Cancel(new RotationRef(keyId, rotationId)));

    private static async Task<Results<NoContent, ProblemHttpResult>> RetireAsync(
        string id, int version, KeyChangeDocument change, RotationEndpoints endpoints) =>
        change.RetiresAt is { } at
            ? await endpoints.ChangeAsync(id, grain => grain.RetireAt(new RetireKeyRequest(version, at)))
            : AdminResults.Invalid(["retiresAt: is missing."]);

    private static Task<Results<Ok<Page<DeliveryDocument>>, ProblemHttpResult>> ListAsync(
        HttpContext context, Lists lists, CancellationToken cancellationToken, string? after = null,
        int limit = Lists.LimitDefault) =>
        lists.DeliveriesAsync(
            context.Administrator().TenantOf(Permissions.KeysRead), after, limit, cancellationToken);

    private SiloOptions Options => options.Value;

    private async Task<RotationAnswer> BeginAsync(
        HttpContext context, string id, string? lifetimeText,
        Func<TimeSpan, Func<IClientKeys, Task<RotationReply>>> rotate)
    {
        if (SecretChannel.Refusal(context, Options) is { } refusal)
        {
            return refusal;
        }

        var lifetime = TimeSpan.Zero;
        if (lifetimeText is not null && !DurationText.TryParse(lifetimeText, out lifetime))
        {
            return AdminResults.Invalid([$"lifetime: '{lifetimeText}' is not {DurationText.Rule}."]);
        }

        if (lifetimeText is not null && lifetime < KeyRing.LifetimeMin) // Zero means what is usual to the grain.
        {
            return AdminResults.Invalid([$"lifetime: '{lifetimeText}' is not between 1m and 90d."]);
        }

        if (Grain(id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var reply = await rotate(lifetime)(grain);
        if (reply.Reply.Outcome is not ChangeOutcome.Done)
        {
            return AdminResults.Refusal(reply.Reply);
        }

        var document = await DocumentAsync(context, id, reply);
        return reply.IsRepeated
            ? TypedResults.Ok(document)
            : TypedResults.Created(
                $"{AdminApi.Path}/clients/{id}/keys/{document.Version.KeyId}/rotations/{document.RotationId}/secret",
                document);
    }

    private async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        string id, Func<IClientKeys, Task<ChangeReply>> change)
    {
        if (Grain(id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var reply = await change(grain);
        return reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);
    }

    private async Task<RotationDocument> DocumentAsync(HttpContext context, string id, RotationReply reply)
    {
        context.Response.Headers.CacheControl = "no-store";
        var version = KeyDocument.Of(reply.Version!);
        var key = reply is { SealedSecret: { } sealedSecret, Place: { } place }
            ? (await secrets.OpenAsync(place, sealedSecret, context.RequestAborted))
                .TextFor(Options.KeyEnvironment, id, version.Version)
            : null;
        return new RotationDocument(version.RotationId ?? "", version, key);
    }

    private IClientKeys? Grain(string id) => Names.IsClientId(id) ? cluster.GetGrain<IClientKeys>(id) : null;
}
