// SPDX-License-Identifier: MPL-2.0
// browser.mjs: a real browser, contexts that tell what went wrong in them, and what the tests know of
// the pages. A running instance is told by CODEV_URL and CODEV_STAFF_TOKEN (see nginx/private.sh);
// screenshots go to the folder SCREENSHOTS, when that is set.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];

function setting(name) {
    const value = process.env[name];
    assert.ok(value, `${name} must be set: the tests need a running instance.`);
    return value;
}

export const base = setting('CODEV_URL').replace(/\/$/, '');
export const { origin } = new URL(base);
export const staffLink = `${origin}/entrer?jeton=${setting('CODEV_STAFF_TOKEN')}`;
export const phone = { width: 320, height: 640 };
export const desktop = { width: 1280, height: 800 };

export function launch() {
    return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

// A page in a context of its own. page.trouble lists what no page may cause: console errors, script
// errors, violations of the content security policy, requests to other origins.
export async function open(browser, options = {}) {
    const context = await browser.newContext({ locale: 'fr-FR', timezoneId: 'Europe/Paris',
        viewport: desktop, ...options });
    const page = await context.newPage();

    page.setDefaultTimeout(10_000);
    page.trouble = [];
    page.on('pageerror', (error) => page.trouble.push(`script error: ${error.message}`));
    page.on('request', (request) => {
        if (new URL(request.url()).origin !== origin)
            page.trouble.push(`foreign request: ${request.url()}`);
    });
    page.on('console', (message) => {
        // That a page itself was answered with an error status is said in the console, too.
        const about = message.location().url === page.url() || message.location().url === page.awaited;
        if (message.type() === 'error' && !(about && /status of 4\d\d/.test(message.text())))
            page.trouble.push(`console: ${message.text()}`);
    });
    return page;
}

// A function that declares a test with a page of its own, which must have caused no trouble in the end.
export function visits(browser) {
    return (name, options, body) => test(name, async () => {
        const page = await open(browser(), options);
        try {
            await body(page);
            assert.deepEqual(page.trouble, []);
        } finally {
            await page.context().close();
        }
    });
}

export async function signIn(page) {
    await page.goto(staffLink);
    assert.equal(page.url(), `${base}/quotes/requests`);
}

export async function shot(page, name) {
    if (process.env.SCREENSHOTS)
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

export function field(page, name) {
    return page.locator(`[name="${name}"]`);
}

export function errorOf(page, name) {
    return page.locator(`[id="${name}-error"]`);
}

// A request as a visitor would fill it in.
export function someRequest(organisation) {
    return {
        'need.audience': ['executives', 'proximity-managers'],
        'need.objective': ['talent-strategy'],
        'need.participants': '14',
        'need.sessions': '8',
        'need.modality': 'remote',
        'need.starting-from': '2027-01-11',
        'need.message': 'Deux groupes,\nde préférence le mardi.',
        'organisation.name': organisation,
        'organisation.siren': '123 456 782',
        'contact.given-name': 'Hélène',
        'contact.family-name': 'Brûlé',
        'contact.email': 'helene.brule@aciers.example',
        'contact.phone': '04 98 01 60 50',
        'contact.position': 'DRH',
        'consent.accepted': 'true',
    };
}

export async function fill(page, answers) {
    for (const [name, answer] of Object.entries(answers)) {
        const type = await field(page, name).first().getAttribute('type');
        if (type === 'checkbox' || type === 'radio')
            for (const value of [answer].flat())
                await page.locator(`[name="${name}"][value="${value}"]`).check();
        else
            await field(page, name).fill(answer);
    }
}

export async function press(page, name) {
    const [response] = await Promise.all([
        page.waitForNavigation(),
        page.getByRole('button', { name }).click(),
    ]);
    return response;
}

export function send(page) {
    return press(page, 'Envoyer ma demande');
}

// Asks for a quote and answers the reference.
export async function ask(page, answers) {
    await page.goto(`${base}/quotes/form`);
    await fill(page, answers);
    assert.equal((await send(page)).status(), 200);
    return page.locator('.reference').innerText();
}
